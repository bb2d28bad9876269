"""How a widget's wish becomes its feed: an account's posts, those with a hashtag, or what the legacy source has."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from signpost.instagram.apps.migration import FeedSource, source
from signpost.instagram.feed import request
from signpost.instagram.feed.apps import Account, FeedApp, Remembered
from signpost.instagram.feed.legacy_posts import LegacyCopy, LegacyPost
from signpost.instagram.feed.views import LATE, Addresses, Feed, is_stale, legacy_post, post, settings
from signpost.instagram.fetch.polls import Poll, Tag
from signpost.instagram.posts import hashtag_owner
from signpost.instagram.products import Provider
from signpost.instagram.tags import normal
from signpost.platform.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signpost.instagram.feed.legacy_client import LegacyFeed
    from signpost.instagram.feed.request import FeedRequest
    from signpost.instagram.feed.store import FeedStore
    from signpost.instagram.fetch.hashtag_quota import Wait
    from signpost.instagram.fetch.hashtag_store import HashtagStore
    from signpost.platform.clock import Clock
    from signpost.platform.queue import MessageQueue

_COPY_EVERY: Final = 3600  # seconds after which an unchanged copy of the legacy source is dated anew


class NotConnected(NotFound):
    """No connected account of the app can give this. `connect_url`: where to connect one."""

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


class NotShown(NotFound):
    code: ClassVar[str] = "feed_not_in_app"


class UnknownHashtag(NotFound):
    code: ClassVar[str] = "unknown_hashtag"


class _HashtagState(NamedTuple):
    poll: Poll | None
    wait: "Wait | None"


class FeedServing:
    def __init__(
        self,
        posts: "FeedStore",
        hashtags: "HashtagStore",
        fetch_queue: "MessageQueue",
        legacy: "LegacyFeed",
        *,
        addresses: Addresses,
        clock: "Clock",
    ) -> None:
        self._posts, self._hashtags, self._fetch_queue, self._legacy = posts, hashtags, fetch_queue, legacy
        self._addresses, self._clock = addresses, clock
        self._states: Remembered[_HashtagState] = Remembered(clock)
        self._copies: Remembered[tuple[LegacyCopy | None, bool]] = Remembered(clock)

    def feed(self, wish: "FeedRequest", app: FeedApp) -> Feed:
        """What the widget shows.

        Raises:
            InvalidInput: the cursor is not one of this feed.
            NotConnected: the account has to be connected first.
            NotShown: the app has feeds, and this is none of them.
            HashtagAccountMissing, UnknownHashtag: a tag that cannot be had.
            Unavailable: a table does not answer.
        """
        wish = self._named(wish, app)
        if wish.name and source(app.app, wish.feed) is FeedSource.LEGACY:
            return self._legacy_feed(wish, app)
        return self._hashtag_feed(wish, app) if wish.is_hashtag else self._account_feed(wish, app)

    def settings(self, wish: "FeedRequest", app: FeedApp) -> dict[str, Any]:
        """What a settings page shows, also of an app without a connected account."""
        account = (
            app.hashtag_account(wish.username, wish.page_name)
            if wish.is_hashtag
            else app.account(wish.name or wish.username, wish.page_name)
        )
        return settings(app.app, account.install if account else None, self._addresses, self._clock())

    def _named(self, wish: "FeedRequest", app: FeedApp) -> "FeedRequest":
        """With the name that `@` alone stands for: an account that is asked for otherwise, or the app's first one."""
        if wish.is_hashtag or wish.name:
            return wish
        if wish.username:
            return wish._replace(name=wish.username)
        account = app.account(page_name=wish.page_name)
        if account is not None:
            return wish._replace(name=account.install.instagram_account.lower())
        shown = [each for each in map(_plain, app.app.feeds) if each.startswith("@")]
        return wish._replace(name=shown[0][1:]) if shown and not wish.page_name else wish

    # ---------------------------------------------------------------------------------------------- the Graph API
    def _account_feed(self, wish: "FeedRequest", app: FeedApp) -> Feed:
        account = app.account(wish.name, wish.page_name)
        if account is None:
            who = f"The account {wish.name}" if wish.name else "An account"
            raise NotConnected(
                f"{who} is not connected for this app: connect it.",
                self._addresses.connect(wish.app_id, Provider.FACEBOOK),
            )
        install, now = account.install, self._clock()
        data, next_cursor = self._page(install.id, wish)
        return Feed(data, FeedSource.GRAPH, is_stale(install, now), install.synced_at, next_cursor)

    def _hashtag_feed(self, wish: "FeedRequest", app: FeedApp) -> Feed:
        _check_shown(wish, app)
        account = self._asking(wish, app)
        state = self._wanted(wish.name, account)
        data, next_cursor = self._page(hashtag_owner(wish.name), wish)
        poll, now = state.poll, self._clock()
        overdue = poll is not None and now > poll.poll_at + LATE
        return Feed(
            data,
            FeedSource.GRAPH,
            overdue or not account.install.is_connected,
            poll.polled_at if poll else None,
            next_cursor,
            state.wait.until if state.wait else None,
        )

    def _asking(self, wish: "FeedRequest", app: FeedApp) -> Account:
        account = app.hashtag_account(wish.username, wish.page_name)
        if account is None:
            raise HashtagAccountMissing(self._addresses.connect(wish.app_id, Provider.FACEBOOK))
        return account

    def _wanted(self, tag: str, account: Account) -> _HashtagState:
        """Have the tag polled from now on, at once when nobody wanted it before; and how far that is."""
        install = account.install
        key = (tag, install.id)
        state = self._states.get(key, lambda: self._hashtag_state(tag, account))
        if state is None:
            raise UnknownHashtag(f"Instagram knows no hashtag #{tag}, or does not show it.")
        return state

    def _hashtag_state(self, tag: str, account: Account) -> _HashtagState | None:
        """None: there is no such tag."""
        install, now = account.install, self._clock()
        if self._hashtags.tag(tag, now) == Tag(None):
            return None
        if not install.is_connected:
            return _HashtagState(self._hashtags.poll(tag, install.id), None)
        if self._hashtags.want(tag, install.id, now):
            # Killed in front of this, the sweep finds the poll due within the hour.
            self._fetch_queue.send([{"install": install.id, "tag": tag, "why": "hashtag", "asked_at": now}])
        wait = self._hashtags.would_wait(install.instagram_business_account_id, tag, now)
        return _HashtagState(self._hashtags.poll(tag, install.id), wait)

    def _page(self, owner: str, wish: "FeedRequest") -> tuple[list[dict[str, Any]], str | None]:
        after = request.position(owner, wish.cursor)
        now = self._clock()
        page = self._posts.page(owner, after, wish.limit, now)
        shown = [post(item, self._addresses, now) for item in page.items]
        return shown, request.cursor(owner, page.next_position) if page.next_position else None

    # ------------------------------------------------------------------------------------------ the legacy source
    def _legacy_feed(self, wish: "FeedRequest", app: FeedApp) -> Feed:
        _check_shown(wish, app)
        request.position("legacy", wish.cursor)  # it has one page
        now = self._clock()
        remembered = self._copies.get(wish.feed, lambda: self._legacy_copy(wish.feed))
        copy, is_down = remembered or (None, True)
        posts = copy.posts[: wish.limit] if copy else ()
        return Feed(
            [legacy_post(each, now) for each in posts], FeedSource.LEGACY, is_down, copy.copied_at if copy else None
        )

    def _legacy_copy(self, feed: str) -> "tuple[LegacyCopy | None, bool]":
        """What is to be shown, and whether the source is down; that too is remembered, so that few wait for it."""
        now = self._clock()
        try:
            posts = self._legacy.posts(feed)
        except Unavailable:
            return self._posts.copy(feed, now), True
        with suppress(Unavailable):  # the copy is for another time
            self._keep(feed, posts, now)
        return LegacyCopy(posts, now), False

    def _keep(self, feed: str, posts: tuple[LegacyPost, ...], now: float) -> None:
        kept = self._posts.copy(feed, now)
        if kept is None or kept.posts != posts or kept.copied_at < now - _COPY_EVERY:
            self._posts.keep_copy(feed, posts, now)


def _check_shown(wish: "FeedRequest", app: FeedApp) -> None:
    """Anybody can read an app's id out of a website: they must not spend its account's 30 hashtags on others."""
    listed: Sequence[str] = (*app.app.feeds, *app.app.not_migrated)
    if listed and wish.feed not in map(_plain, listed):
        raise NotShown(f"The app does not show {wish.feed}: save it among the app's feeds first.")


def _plain(feed: str) -> str:
    """A feed as an owner wrote it, in the form of `Wish.feed`."""
    text = feed.strip()
    return f"#{normal(text)}" if text.startswith("#") else f"@{text.removeprefix('@').lower()}"
