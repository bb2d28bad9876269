"""The steps of a sync: each takes what has been found and adds to it. When one fails, the others still run.

A step for a post also takes the post and returns it with what it adds; the caller writes it, once.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram import posts
from signpost.instagram.fetch import pictures, sync_rules
from signpost.instagram.fetch.jobs import Job, Problem
from signpost.instagram.graph.accounts import account_fields
from signpost.instagram.graph.errors import (
    AppBlocked,
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
from signpost.instagram.graph.usage import Usage
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.instagram.fetch.collaborators import Collaborators
    from signpost.instagram.fetch.imports import Wish
    from signpost.instagram.graph.client import Graph
    from signpost.instagram.graph.models import Media, ProfessionalAccount
    from signpost.instagram.graph.refused import Refused
    from signpost.instagram.installs import Install
    from signpost.instagram.posts import Post

_MOST_FAULTS: Final = 3  # in a row: the cause is not a single post
# Errors about one post, or about the account's numbers, and not about the connection.
_PASSED_OVER: Final = (NotEnoughViewers, ObjectMissing, MetricRemoved, GraphBug, MetaUnavailable, PermissionMissing)


class Sync(NamedTuple):
    """What steps work with. `by` names this run; `began`: when the sync's first run did. `wishes`: what to import."""

    tools: "Collaborators"
    graph: "Graph"
    token: str
    install: "Install"
    job: Job
    by: str
    began: float
    refused: "Refused"
    wishes: "tuple[Wish, ...]"


class Synced(NamedTuple):
    """How far a sync has come, and what its steps found.

    `usage`: the limits from the last replies; at `must_pause`, no more calls are made.
    `busy_until`: another run is importing a post, and may have died; check again then.
    """

    after: str | None = None  # Meta's cursor of the next page
    newest: float | None = None  # the time of the newest post
    posted: tuple[float, ...] = ()  # the times of all posts
    complete: bool = False
    account: "ProfessionalAccount | None" = None
    usage: Usage = Usage()
    may_measure: bool = True
    faults_in_a_row: int = 0
    busy_until: float | None = None
    failed: Unavailable | None = None
    counts: Mapping[str, int] = MappingProxyType({})
    problems: tuple[Problem, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether all posts are stored with everything that belongs to them."""
        return self.complete and not self.usage.must_pause and self.failed is None and self.busy_until is None

    def counting(self, name: str, number: int = 1) -> "Synced":
        return self._replace(counts=Counter(self.counts) + Counter({name: number}))

    def noting(self, what: str, media_id: str | None = None, reason: str = "") -> "Synced":
        return self._replace(problems=(*self.problems, Problem(what, media_id, reason)))


PostStep = Callable[[Sync, "Media", "Post", Synced], tuple["Post", Synced]]


def begin(job: Job, install: "Install") -> Synced:
    """Where a sync begins or continues."""
    may_measure = sync_rules.INSIGHTS_SCOPE[install.provider] in install.scopes
    return Synced(after=job.after, newest=job.newest, may_measure=may_measure)


def import_post(sync: Sync, _media: "Media", post: "Post", synced: Synced) -> tuple["Post", Synced]:
    if sync.tools.imports is None:
        return post, synced
    try:
        found = sync.tools.imports.take(sync.install, post, sync.wishes, sync.by, sync.tools.clock())
    except Unavailable as error:
        return post, synced._replace(failed=error)
    if found is None:
        return post, synced
    if found.busy_until is not None:
        synced = synced._replace(busy_until=max(found.busy_until, synced.busy_until or 0.0))
    post = post._replace(imported_at=found.imported_at, imported_for=found.done_for)
    return post, synced.counting("MediaImported", found.sent)


def measure(sync: Sync, _media: "Media", post: "Post", synced: Synced) -> tuple["Post", Synced]:
    return measured(sync, post, synced)


def measured(sync: Sync, post: "Post", synced: Synced) -> tuple["Post", Synced]:
    """The post with its insights, if it is time to ask for them."""
    now = sync.tools.clock()
    is_due = sync_rules.are_metrics_due(post, sync.job.asked_at, now)
    if not (is_due and synced.may_measure) or synced.usage.must_pause:
        return post, synced
    try:
        answer = media_insights(
            sync.graph,
            sync.token,
            post.media_id,
            post.product_type,
            posted_at=post.posted_at,
            refused=sync.refused,
        )
    except BeforeBusiness:
        return post._replace(no_insights=True), synced
    except _PASSED_OVER as error:
        faults_in_a_row = synced.faults_in_a_row + isinstance(error, MetaUnavailable)
        if faults_in_a_row >= _MOST_FAULTS or isinstance(error, AppBlocked):
            raise
        # Posts can be read, so the connection is alive; only their numbers may not be read.
        may_measure = not isinstance(error, PermissionMissing)
        synced = synced._replace(faults_in_a_row=faults_in_a_row, may_measure=may_measure)
        return post, synced.noting("insights", post.media_id, _reason(error)).counting("InsightsFailed")
    synced = synced._replace(faults_in_a_row=0, usage=synced.usage.worst(answer.usage))
    if answer.value.dropped:
        synced = synced.noting("metrics that Meta refused", post.media_id, ", ".join(answer.value.dropped))
    return posts.with_insights(post, answer.value, now), synced


def copy_pictures(sync: Sync, media: "Media", post: "Post", synced: Synced) -> tuple["Post", Synced]:
    folder, tools = sync.install.id, sync.tools
    copied = pictures.copy_missing(tools.pictures, folder, media, post.pictures, tools.may_go_on)
    for failure in copied.failures:
        synced = synced.noting("a picture", post.media_id, failure).counting("PicturesFailed")
    return post._replace(pictures=copied.keys), synced


# In the order in which owners see them, since a limit may be reached before the last one.
POST_STEPS: Final[tuple[PostStep, ...]] = (import_post, measure, copy_pictures)


def sync_account(sync: Sync, synced: Synced) -> Synced:
    """Fetch and store the account's numbers, unless that was done recently."""
    last = sync.tools.media.latest(posts.account_owner(sync.install.id))
    now = sync.tools.clock()
    if last is not None and last["item"] > posts.moment(now - sync_rules.ACCOUNT_EVERY):
        return synced
    try:
        account_id = sync.install.instagram_business_account_id
        answer = account_fields(sync.graph, sync.token, account_id, sync.refused)
    except _PASSED_OVER as error:
        if isinstance(error, AppBlocked):
            raise
        return synced.noting("the account's numbers", reason=_reason(error))
    sync.tools.media.put(posts.account_snapshot(sync.install.id, answer.value, now))
    return synced._replace(account=answer.value)


def _reason(error: MetaError) -> str:
    return f"{type(error).__name__}: {error.facts.message}"
