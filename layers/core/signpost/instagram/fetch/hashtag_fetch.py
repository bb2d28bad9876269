"""Polls a hashtag: Meta shows only the last day's posts with it, so we keep what we find.

A poll is made in the name of an install of Facebook Login, and counts towards its account's 30 tags in 7 days.
"""

from collections import Counter
from typing import TYPE_CHECKING, Final

from signpost.instagram import posts
from signpost.instagram.fetch import pictures, refusals, sync_rules
from signpost.instagram.fetch.jobs import FetchResult, Job, Problem, later
from signpost.instagram.fetch.polls import Poll, Tag, TagRefusal
from signpost.instagram.graph.errors import (
    AppBlocked,
    GraphBug,
    HashtagQuota,
    HashtagUnknown,
    ObjectMissing,
    PermissionMissing,
    PolicyBlock,
    Throttled,
    TokenDead,
)
from signpost.instagram.graph.hashtags import Edge, hashtag_id, hashtag_media
from signpost.instagram.products import Provider
from signpost.instagram.sightings import PostErased
from signpost.instagram.token_errors import TokenUnreadable

if TYPE_CHECKING:
    from signpost.instagram.fetch.collaborators import Collaborators
    from signpost.instagram.fetch.hashtag_store import HashtagStore
    from signpost.instagram.graph.client import Graph
    from signpost.instagram.graph.models import Media
    from signpost.instagram.installs import Install
    from signpost.instagram.posts import Post

_RECENT: Final[tuple[Edge, ...]] = ("recent_media",) * 4  # pages of 50 posts: a feed shows the newest ones
_FIRST: Final[tuple[Edge, ...]] = ("top_media", *_RECENT)


class HashtagFetch:
    def __init__(self, tools: "Collaborators", hashtags: "HashtagStore") -> None:
        self._tools, self._hashtags = tools, hashtags

    def fetch(self, job: Job) -> FetchResult:
        """Poll the job's tag, if somebody still wants it.

        Raises:
            MetaUnavailable, Unavailable: have the message delivered again.
        """
        now = self._tools.clock()
        poll = self._hashtags.poll(str(job.tag), job.install)
        if poll is None:
            return FetchResult("not wanted")
        install = self._tools.installs.get(job.install)
        if install is None or now - poll.asked_at > sync_rules.POLLED_WHILE:
            self._hashtags.stop(poll)
            return FetchResult("not wanted any more")
        if not install.is_connected or install.provider is not Provider.FACEBOOK:
            self._hashtags.poll_again(poll._replace(poll_at=now + sync_rules.DAY))
            return FetchResult("not connected")
        paused_until = self._tools.pauses.paused_until(install, now)
        if paused_until is not None:
            self._hashtags.poll_again(poll._replace(poll_at=paused_until + sync_rules.CLAIM))  # if the message is lost
            return later("paused", job, paused_until - now)
        return self._guarded(install, poll, job, now)

    def _guarded(self, install: "Install", poll: Poll, job: Job, now: float) -> FetchResult:
        """Poll. An error that concerns the whole connection ends or pauses it."""
        refused = poll._replace(poll_at=now + sync_rules.DAY, queued_until=None)
        try:
            return self._poll(install, poll, now)
        except HashtagUnknown:
            self._hashtags.keep_unknown(poll.tag, now)
            return self._no_such_hashtag(poll)
        except HashtagQuota as error:
            # Meta has counted tags that other programs asked for. It has not counted this one.
            self._hashtags.take_back(install.instagram_business_account_id, poll.tag)
            return self._quota_used_up(poll, now + error.retry_after)
        except (Throttled, PolicyBlock) as error:
            result = refusals.throttled(self._tools, install, job, error)
            refused = refused._replace(poll_at=now + error.retry_after + sync_rules.CLAIM)
        except TokenDead as error:
            result = refusals.token_dead(self._tools, install, error)
        except AppBlocked as error:
            result = refusals.app_blocked(self._tools, install, job, error)
            refused = refused._replace(poll_at=now + result.delay + sync_rules.CLAIM)
        except (PermissionMissing, ObjectMissing, GraphBug, TokenUnreadable) as error:
            # The account itself may well be readable: hashtags also need Meta's review of the app.
            problem = Problem("a hashtag", reason=f"{type(error).__name__}: {error}")
            result = FetchResult("hashtag not readable", problems=(problem,))
            no_access = isinstance(error, PermissionMissing)
            refused = refused._replace(refusal=TagRefusal.NO_ACCESS if no_access else TagRefusal.UNREADABLE)
        self._hashtags.poll_again(refused)
        return result

    def _poll(self, install: "Install", poll: Poll, now: float) -> FetchResult:
        known = self._hashtags.tag(poll.tag, now)
        if known == Tag(None):
            return self._no_such_hashtag(poll)
        account = install.instagram_business_account_id
        wait = self._hashtags.ask(account, poll.tag, now)
        if wait is not None:
            return self._quota_used_up(poll, wait.until)
        token = self._tools.cipher.decrypt(install.id, install.token)
        graph = self._tools.graphs(install.provider).on_behalf_of(account)
        tag_id = known.hashtag_id if known else None
        if tag_id is None:
            tag_id = hashtag_id(graph, token, account, poll.tag).value
            self._hashtags.keep(poll.tag, tag_id)
        return self._pages(graph, token, install, tag_id, poll)

    def _pages(self, graph: "Graph", token: str, install: "Install", tag_id: str, poll: Poll) -> FetchResult:
        refused = self._tools.refused.read(install.provider, graph.settings.version, self._tools.clock())
        counts = Counter(HashtagMediaStored=0)
        after, found = None, 0
        # The last day's posts may be few, so a tag's first poll begins with its most popular ones.
        edges = _RECENT if poll.polled_at else _FIRST
        for edge in edges:
            account_id = install.instagram_business_account_id
            answer = hashtag_media(graph, token, account_id, tag_id, edge=edge, after=after, refused=refused)
            page, usage = answer.value, answer.usage
            new = self._take(posts.hashtag_owner(poll.tag), page.media, counts)
            if usage.must_pause:
                until = self._tools.clock() + sync_rules.pause_after(usage)
                self._tools.pauses.pause(install, until, whole_app=usage.app_full)
                counts["MetaThrottled"] += usage.app_full
                break
            if edge == "recent_media":
                found, after = found + len(page.media), page.after
            if (edge == "recent_media" and (after is None or not new)) or not self._tools.may_go_on():
                break
        now = self._tools.clock()
        new = counts["HashtagMediaStored"] if poll.polled_at else found  # popular posts may be among the recent ones
        next_poll = sync_rules.next_poll(now, found, new)
        self._hashtags.poll_again(Poll(poll.tag, poll.install, next_poll, poll.asked_at, polled_at=now))
        return refusals.kept(self._tools, graph, refused, FetchResult("fetched", counts=counts))

    def _take(self, owner: str, page: tuple["Media", ...], counts: Counter[str]) -> int:
        """Store a page's posts. Returns how many are new."""
        tools, new = self._tools, 0
        received = {media.id: (media, posts.post_of(media)) for media in page if media.timestamp is not None}
        known = tools.media.known(owner, [post for _, post in received.values()])
        erased = tools.media.erased(post for _, post in received.values() if post.media_id not in known)
        ttl = int(tools.clock()) + sync_rules.POSTS_KEPT
        for media, seen in received.values():
            if not tools.may_go_on():
                break
            if media.id in erased:
                continue
            stored = known.get(media.id)
            post = posts.merged(stored, seen, tools.clock())
            copied = pictures.copy_missing(tools.pictures, pictures.HASHTAG, media, post.pictures, tools.may_go_on)
            counts.update("PicturesFailed" for _ in copied.failures)
            post = post._replace(pictures=copied.keys)
            if stored is None:
                new += self._add(owner, post, ttl)
            elif post != stored:
                tools.media.update(owner, post, ttl=ttl)
        counts["HashtagMediaStored"] += new
        return new

    def _add(self, owner: str, post: "Post", ttl: int) -> bool:
        try:
            return self._tools.media.add_seen(owner, post, self._tools.clock(), ttl)
        except PostErased:  # since this page was read
            self._tools.pictures.forget(post.pictures)
            return False

    def _no_such_hashtag(self, poll: Poll) -> FetchResult:
        self._hashtags.stop(poll)
        return FetchResult("no such hashtag")

    def _quota_used_up(self, poll: Poll, until: float) -> FetchResult:
        self._hashtags.poll_again(poll._replace(poll_at=until, queued_until=until, refusal=None))
        return FetchResult("hashtag quota used up", counts=Counter(HashtagQuotaUsedUp=1))
