"""Feeds from Meta's Graph API: an account's posts, and those with a hashtag."""

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from signpost.instagram.apps.migration import FeedSource
from signpost.instagram.feed import cursors
from signpost.instagram.feed.apps import MAX_AGE, MOST, FeedAccount, FeedApp
from signpost.instagram.feed.shapes import PostView
from signpost.instagram.feed.views import HASHTAG_STALE, Addresses, Feed, is_stale, post
from signpost.instagram.fetch.hashtag_quota import Wait
from signpost.instagram.fetch.polls import Poll, Tag
from signpost.instagram.posts import hashtag_owner
from signpost.instagram.products import Provider
from signpost.platform.cache import Cache
from signpost.platform.errors import Conflict, NotFound

if TYPE_CHECKING:
    from signpost.instagram.feed.request import FeedRequest
    from signpost.instagram.feed.store import FeedStore
    from signpost.instagram.fetch.hashtag_store import HashtagStore
    from signpost.platform.clock import Clock
    from signpost.platform.queue import MessageQueue


class NotConnected(NotFound):
    """The app has no connected account for this feed. `connect_url`: where to connect one."""

    code: ClassVar[str] = "not_connected"

    def __init__(self, message: str, connect_url: str) -> None:
        super().__init__(message)
        self.connect_url = connect_url


class HashtagAccountMissing(Conflict):
    """Meta gives hashtags only to accounts that are connected with Facebook Login."""

    code: ClassVar[str] = "hashtag_account_missing"

    def __init__(self, connect_url: str) -> None:
        super().__init__("Hashtags need an account that is connected with Facebook Login: connect one.")
        self.connect_url = connect_url


class UnknownHashtag(NotFound):
    code: ClassVar[str] = "unknown_hashtag"


class _TagState(NamedTuple):
    poll: Poll | None
    wait: Wait | None


class GraphFeeds:
    def __init__(
        self,
        posts: "FeedStore",
        hashtags: "HashtagStore",
        fetch_queue: "MessageQueue",
        clock: "Clock",
    ) -> None:
        self._posts, self._hashtags, self._fetch_queue, self._clock = posts, hashtags, fetch_queue, clock
        self._states: Cache[_TagState] = Cache(clock, seconds=MAX_AGE, most=MOST)

    def account(self, request: "FeedRequest", app: FeedApp) -> Feed:
        """Raises `InvalidInput`, `NotConnected` or `Unavailable`."""
        account = app.account(request.name, request.page_name)
        if account is None:
            who = f"The account {request.name}" if request.name else "An account"
            raise NotConnected(f"{who} is not connected for this app: connect it.", _connect_url(request, None))
        install = account.install
        data, next_cursor = self._page(install.id, request)
        return Feed(
            data=data,
            source=FeedSource.GRAPH,
            stale=is_stale(install, self._clock()),
            # Until the first fetch has ended, stored posts are no older than the connection.
            as_of=install.synced_at or (install.connected_at if data else None),
            next_cursor=next_cursor,
        )

    def hashtag(self, request: "FeedRequest", app: FeedApp) -> Feed:
        """Raises `InvalidInput`, `HashtagAccountMissing`, `UnknownHashtag` or `Unavailable`."""
        account = app.hashtag_account(request.username, request.page_name)
        if account is None:
            raise HashtagAccountMissing(_connect_url(request, Provider.FACEBOOK))
        poll, wait = self._wanted(request.name, account)
        data, next_cursor = self._page(hashtag_owner(request.name), request)
        is_overdue = poll is not None and self._clock() > (poll.polled_at or poll.asked_at) + HASHTAG_STALE
        return Feed(
            data=data,
            source=FeedSource.GRAPH,
            stale=is_overdue or not account.install.is_connected,
            as_of=poll.polled_at if poll else None,
            next_cursor=next_cursor,
            queued_until=wait.until if wait else None,
            refusal=poll.refusal if poll else None,
        )

    def _wanted(self, tag: str, account: FeedAccount) -> _TagState:
        """Have the tag polled from now on, immediately if it is new. Returns its poll."""
        state = self._states.get((tag, account.install.id), lambda: self._tag_state(tag, account))
        if state is None:
            raise UnknownHashtag(f"Instagram knows no hashtag #{tag}, or does not show it.")
        return state

    def _tag_state(self, tag: str, account: FeedAccount) -> _TagState | None:
        """None: there is no such tag."""
        install, now = account.install, self._clock()
        if self._hashtags.tag(tag, now) == Tag(None):
            return None
        if not install.is_connected:
            return _TagState(self._hashtags.poll(tag, install.id), None)
        if self._hashtags.want(tag, install.id, now):
            # If the process is killed before this, the sweep finds the poll due within the hour.
            self._fetch_queue.send([{"install": install.id, "tag": tag, "why": "hashtag", "asked_at": now}])
        wait = self._hashtags.would_wait(install.instagram_business_account_id, tag, now)
        poll = self._hashtags.poll(tag, install.id)
        if wait is None and poll is not None and (poll.queued_until or 0) > now:
            wait = Wait(poll.queued_until or 0)  # Meta's count of tags was higher than ours
        return _TagState(poll, wait)

    def _page(self, owner: str, request: "FeedRequest") -> tuple[list[PostView], str | None]:
        after = cursors.position(owner, request.cursor)
        now = self._clock()
        page = self._posts.page(owner, after, request.limit, now)
        shown = [post(item, Addresses(request.public_url), now) for item in page.items]
        return shown, cursors.cursor(owner, page.next_position) if page.next_position else None


def _connect_url(request: "FeedRequest", provider: Provider | None) -> str:
    return Addresses(request.public_url).connect(request.app_id, provider)
