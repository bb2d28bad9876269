"""One account's posts, from Meta into the Media table, each with its event, numbers and pictures, or without some.

Everything is written so that a sync that ends anywhere is done by the next one: a post is put once, what changed of it
is one write, and what was asked for since the sync was asked for is not asked for again.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from signpost.instagram import posts
from signpost.instagram.fetch import pictures, sync_rules
from signpost.instagram.fetch.imports import Imports
from signpost.instagram.fetch.jobs import Job, Problem
from signpost.instagram.fetch.media_store import MediaStore
from signpost.instagram.fetch.pictures import Pictures, PictureUnavailable
from signpost.instagram.graph.accounts import account_fields
from signpost.instagram.graph.client import Graph
from signpost.instagram.graph.errors import (
    BeforeBusiness,
    GraphBug,
    MetaError,
    MetaUnavailable,
    MetricRemoved,
    NotEnoughViewers,
    ObjectMissing,
    PermissionMissing,
)
from signpost.instagram.graph.insights import media_insights
from signpost.instagram.graph.media import LARGEST_PAGE, account_media
from signpost.instagram.graph.models import Media, ProfessionalAccount
from signpost.instagram.graph.usage import Usage
from signpost.instagram.installs import Install
from signpost.instagram.posts import Post
from signpost.platform.clock import Clock
from signpost.platform.errors import Unavailable

_UNWELL: Final = 3  # refusals one after the other that mean Meta is not well, and not a post
# What Meta says of one post and not of the account.
_OF_ONE_POST: Final = (NotEnoughViewers, ObjectMissing, MetricRemoved, GraphBug)


class Tools(NamedTuple):
    """What a sync works with. `may_go_on`: whether there is time for more."""

    media: MediaStore
    imports: Imports
    pictures: Pictures
    clock: Clock
    may_go_on: Callable[[], bool]


class AccountSync:
    """One fetch. After `run`, its fields tell what was found.

    `usage`: the limits as the last answers told them; at `must_pause` no more calls were made.
    `busy_until`: somebody else is importing a post, and may have died over it; look again then.
    """

    def __init__(self, tools: Tools, graph: Graph, token: str, install: Install, job: Job, by: str) -> None:  # noqa: PLR0917
        self._tools, self._graph, self._token = tools, graph, token
        self._install, self._job, self._by = install, job, by
        self.began = job.began if job.began is not None else tools.clock()
        self.after, self.newest = job.after, job.newest
        self.complete = False
        self.posted: list[float] = []
        self.usage = Usage()
        self.busy_until: float | None = None
        self.failed: Unavailable | None = None
        self.problems: list[Problem] = []
        self.counts: Counter[str] = Counter()
        self._seen = 0
        self._unwell = 0
        self._insights_allowed = sync_rules.INSIGHTS_SCOPE[install.provider] in install.scopes

    def run(self) -> None:
        """Go through the newest posts to those of the last sync. May raise any of `graph.errors`, and `Unavailable`."""
        while True:
            answer = account_media(
                self._graph,
                self._token,
                self._install.instagram_business_account_id,
                self.after,
                limit=self._job.at_least if self._seen == 0 else LARGEST_PAGE // 2,
            )
            self.usage = self.usage.worst(answer.usage)
            page = answer.value
            if page.unreadable:
                self.problems.append(Problem("posts without an id", reason=str(page.unreadable)))
            if not self._take(page.media):
                return
            self._seen += len(page.media)
            if page.after is None or self._reached(page.media):
                self.complete = True
                return
            self.after = page.after
            if self.usage.must_pause or not self._tools.may_go_on():
                return

    def account(self) -> ProfessionalAccount | None:
        """The account as it is now, and its followers remembered; None when that was done not long ago, or fails."""
        owner = posts.account_owner(self._install.id)
        last = self._tools.media.latest(owner)
        now = self._tools.clock()
        if last is not None and last["item"] > posts.moment(now - sync_rules.ACCOUNT_EVERY):
            return None
        try:
            answer = account_fields(self._graph, self._token, self._install.instagram_business_account_id)
        except (MetaUnavailable, PermissionMissing, *_OF_ONE_POST) as error:
            self.problems.append(Problem("the account's numbers", reason=_reason(error)))
            return None
        self.usage = self.usage.worst(answer.usage)
        self._tools.media.put(posts.account_snapshot(self._install.id, answer.value, now))
        return answer.value

    def _take(self, page: tuple[Media, ...]) -> bool:
        """Sync a page's posts; false when time is up before its end."""
        told = list(self._readable(page))
        known = self._tools.media.known(self._install.id, [post for _, post in told])
        for media, post in told:
            if not self._tools.may_go_on():
                return False
            self._sync(media, post, known.get(post.media_id))
            self.posted.append(post.posted_at)
            self.newest = max(post.posted_at, self.newest or 0.0)
        return True

    def _readable(self, page: tuple[Media, ...]) -> Iterator[tuple[Media, Post]]:
        for media in page:
            try:
                yield media, posts.post_of(media)
            except ValueError as error:
                self.problems.append(Problem("a post that is not readable", media.id, str(error)))

    def _reached(self, page: tuple[Media, ...]) -> bool:
        """Whether what follows was there at the last sync. The first sync ever is content with the newest posts."""
        if self._seen < self._job.at_least:
            return False
        last_sync = self._install.last_media_at
        oldest = next((media.timestamp for media in reversed(page) if media.timestamp is not None), 0.0)
        return last_sync is None or oldest <= last_sync

    def _sync(self, media: Media, told: Post, stored: Post | None) -> None:
        owner, post = self._install.id, posts.merged(stored, told, self._tools.clock())
        if stored is None:
            # Its metrics come with their snapshot, in one write.
            written = post._replace(metrics={})
            self.counts["MediaStored"] += self._tools.media.add(owner, written)
        else:
            written = stored
        post = self._imported(post)
        if self._insights_allowed and not self.usage.must_pause:
            post = self._with_insights(post)
        post = self._with_pictures(media, post)
        if post != written:
            changed = posts.metrics_changed(written, post)
            snapshot = posts.snapshot(owner, post, self.began) if changed else None
            self._tools.media.update(owner, post, snapshot)

    def _imported(self, post: Post) -> Post:
        try:
            found = self._tools.imports.take(self._install, post, self._by, self._tools.clock())
        except Unavailable as error:
            self.failed = error
            return post
        if found is None:
            return post
        if found.busy_until is not None:
            self.busy_until = max(found.busy_until, self.busy_until or 0.0)
            return post
        self.counts["MediaImported"] += 1
        return post._replace(imported_at=found.imported_at)

    def _with_insights(self, post: Post) -> Post:
        now = self._tools.clock()
        if not sync_rules.are_metrics_due(post, self._job.asked_at, now):
            return post
        try:
            answer = media_insights(self._graph, self._token, post.media_id, post.product_type)
        except BeforeBusiness:
            return post._replace(no_insights=True)
        except PermissionMissing as error:
            # Posts can be read, so the connection is alive: only their numbers may not be.
            self._insights_allowed = False
            return self._without_insights(post, error)
        except _OF_ONE_POST as error:
            return self._without_insights(post, error)
        except MetaUnavailable as error:
            self._unwell += 1
            if self._unwell >= _UNWELL:
                raise
            return self._without_insights(post, error)
        self._unwell = 0
        self.usage = self.usage.worst(answer.usage)
        if answer.value.dropped:
            self.problems.append(Problem("metrics that Meta refused", post.media_id, ", ".join(answer.value.dropped)))
        return posts.with_insights(post, answer.value, now)

    def _without_insights(self, post: Post, error: MetaError) -> Post:
        self.problems.append(Problem("insights", post.media_id, _reason(error)))
        self.counts["InsightsFailed"] += 1
        return post

    def _with_pictures(self, media: Media, post: Post) -> Post:
        wanted = pictures.sources(self._install.id, media)
        keys = list(post.pictures)
        for source in pictures.missing(wanted, keys):
            if not self._tools.may_go_on():
                break  # the next sync copies the rest
            try:
                keys.append(self._tools.pictures.copy(source))
            except (PictureUnavailable, Unavailable) as error:
                self.problems.append(Problem("a picture", post.media_id, str(error)))
                self.counts["PicturesFailed"] += 1
        return post._replace(pictures=pictures.in_order(wanted, keys))


def _reason(error: MetaError) -> str:
    return f"{type(error).__name__}: {error.facts.message}"
