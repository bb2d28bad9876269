"""Polling a hashtag: Meta only shows a day's posts of it, so what is found is kept and grows.

A poll is made in the name of an install of Facebook Login, and counts as one of its account's 30 tags in 7 days.
"""

from collections import Counter
from typing import Final

from signpost.instagram import posts
from signpost.instagram.cipher import TokenCipher
from signpost.instagram.connection_states import state_after
from signpost.instagram.fetch import pictures, sync_rules
from signpost.instagram.fetch.account_fetch import Graphs, blocked, concerns_app
from signpost.instagram.fetch.account_sync import Tools
from signpost.instagram.fetch.hashtag_store import HashtagStore, Poll, Tag
from signpost.instagram.fetch.jobs import FetchResult, Job, Problem, later
from signpost.instagram.fetch.pictures import PictureUnavailable
from signpost.instagram.fetch.sync_store import SyncStore
from signpost.instagram.graph.client import Graph
from signpost.instagram.graph.errors import (
    GraphBug,
    HashtagQuota,
    HashtagUnknown,
    ObjectMissing,
    PermissionMissing,
    PolicyBlock,
    Throttled,
    TokenDead,
)
from signpost.instagram.graph.hashtags import hashtag_id, hashtag_media
from signpost.instagram.graph.models import Media
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.token_errors import TokenUnreadable
from signpost.platform.errors import Unavailable

_MOST_PAGES: Final = 4  # of 50 posts: a feed shows the newest ones


class HashtagFetch:
    def __init__(
        self, store: SyncStore, hashtags: HashtagStore, cipher: TokenCipher, graphs: Graphs, tools: Tools
    ) -> None:
        self._store, self._hashtags, self._cipher = store, hashtags, cipher
        self._graphs, self._tools = graphs, tools

    def fetch(self, job: Job) -> FetchResult:
        """Poll the job's tag, if somebody still wants it.

        Raises:
            MetaUnavailable, Unavailable: have the message delivered again.
        """
        now = self._tools.clock()
        poll = self._hashtags.poll(str(job.tag), job.install)
        if poll is None:
            return FetchResult("not wanted")
        install = self._store.installs.get(job.install)
        if install is None or now - poll.asked_at > sync_rules.POLLED_WHILE:
            self._hashtags.stop(poll)
            return FetchResult("not wanted any more")
        if not install.is_connected or install.provider is not Provider.FACEBOOK:
            return self._rest("not connected", poll, now + sync_rules.DAY)
        paused_until = self._store.paused_until(install, now)
        if paused_until is not None:
            self._rest("paused", poll, paused_until + sync_rules.CLAIM)  # should the message come to nothing
            return later("paused", job, paused_until - now)
        return self._guarded(install, poll, job, now)

    def _guarded(self, install: Install, poll: Poll, job: Job, now: float) -> FetchResult:
        try:
            return self._poll(install, poll, now)
        except (Throttled, PolicyBlock) as error:
            until = now + error.retry_after
            self._store.hold(install, until, whole_app=concerns_app(error))
            self._rest("throttled", poll, until + sync_rules.CLAIM)
            counts = Counter(MetaThrottled=1) if concerns_app(error) else Counter[str]()
            return later("throttled", job, error.retry_after)._replace(counts=counts, problems=blocked(error))
        except TokenDead as error:
            died = self._store.installs.end(install, state_after(error.reason))
            outcome = self._rest(f"token dead: {error.reason}", poll, now + sync_rules.DAY)
            return outcome._replace(counts=Counter(TokensDied=1)) if died else outcome
        except (PermissionMissing, ObjectMissing, GraphBug, TokenUnreadable) as error:
            # The account itself may well be readable: hashtags need Meta's review of the app besides.
            outcome = self._rest("hashtag not readable", poll, now + sync_rules.DAY)
            return outcome._replace(problems=(Problem("a hashtag", reason=f"{type(error).__name__}: {error}"),))

    def _poll(self, install: Install, poll: Poll, now: float) -> FetchResult:
        known = self._hashtags.tag(poll.tag, now)
        if known == Tag(None):
            self._hashtags.stop(poll)
            return FetchResult("no such hashtag")
        account = install.instagram_business_account_id
        wait = self._hashtags.ask(account, poll.tag, now)
        if wait is not None:
            return self._used_up(poll, wait.until)
        token = self._cipher.decrypt(install.id, install.token)
        graph = self._graphs(install.provider)
        try:
            tag_id = known.hashtag_id if known else None
            if tag_id is None:
                tag_id = hashtag_id(graph, token, account, poll.tag).value
                self._hashtags.keep(poll.tag, tag_id)
            return self._pages(graph, token, install, tag_id, poll)
        except HashtagUnknown:
            self._hashtags.keep_unknown(poll.tag, now)
            self._hashtags.stop(poll)
            return FetchResult("no such hashtag")
        except HashtagQuota as error:
            return self._used_up(poll, now + error.retry_after)

    def _pages(self, graph: Graph, token: str, install: Install, tag_id: str, poll: Poll) -> FetchResult:
        owner, account = posts.hashtag_owner(poll.tag), install.instagram_business_account_id
        counts: Counter[str] = Counter()
        after, found = None, 0
        for _ in range(_MOST_PAGES):
            answer = hashtag_media(graph, token, account, tag_id, after=after)
            new = self._take(owner, answer.value.media, counts)
            found += len(answer.value.media)
            after = answer.value.after
            if answer.usage.must_pause:
                until = self._tools.clock() + sync_rules.pause_after(answer.usage)
                self._store.hold(install, until, whole_app=answer.usage.app_full)
                counts["MetaThrottled"] += answer.usage.app_full
                break
            if after is None or not new or not self._tools.may_go_on():
                break
        now = self._tools.clock()
        due = sync_rules.next_poll(now, found, counts["HashtagMediaStored"])
        return self._rest("fetched", poll, due, polled_at=now)._replace(counts=counts)

    def _take(self, owner: str, page: tuple[Media, ...], counts: Counter[str]) -> int:
        """Store a page's posts; how many of them are new."""
        told = {media.id: (media, posts.post_of(media)) for media in page if media.timestamp is not None}
        known = self._tools.media.known(owner, [post for _, post in told.values()])
        ttl = int(self._tools.clock()) + sync_rules.POSTS_KEPT
        new = 0
        for media_id, (media, post) in told.items():
            if not self._tools.may_go_on():
                break
            stored = known.get(media_id)
            post = self._with_pictures(media, posts.merged(stored, post, self._tools.clock()), counts)  # noqa: PLW2901
            if stored is None:
                new += self._tools.media.add(owner, post, ttl)
            elif post != stored:
                self._tools.media.update(owner, post, ttl=ttl)
        counts["HashtagMediaStored"] += new
        return new

    def _with_pictures(self, media: Media, post: posts.Post, counts: Counter[str]) -> posts.Post:
        wanted, keys = pictures.sources(pictures.HASHTAG, media), list(post.pictures)
        for source in pictures.missing(wanted, keys):
            try:
                keys.append(self._tools.pictures.copy(source))
            except (PictureUnavailable, Unavailable):
                counts["PicturesFailed"] += 1
        return post._replace(pictures=pictures.in_order(wanted, keys))

    def _used_up(self, poll: Poll, until: float) -> FetchResult:
        return self._rest("hashtag quota used up", poll, until)._replace(counts=Counter(HashtagQuotaUsedUp=1))

    def _rest(self, result: str, poll: Poll, until: float, *, polled_at: float | None = None) -> FetchResult:
        self._hashtags.poll_again(poll.tag, poll.install, until, polled_at)
        return FetchResult(result)
