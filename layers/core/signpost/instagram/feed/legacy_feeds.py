"""Feeds of the legacy source. Its last good answers are kept in our table, and shown while it is down."""

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from signpost.instagram.apps.migration import FeedSource
from signpost.instagram.feed import cursors
from signpost.instagram.feed.apps import MAX_AGE, MOST
from signpost.instagram.feed.legacy_posts import LegacyCopy, LegacyPost
from signpost.instagram.feed.views import Feed, legacy_post
from signpost.platform.cache import Cache
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.instagram.feed.legacy_client import LegacyClient
    from signpost.instagram.feed.request import FeedRequest
    from signpost.instagram.feed.store import FeedStore
    from signpost.platform.clock import Clock

_COPY_EVERY: Final = 3600  # seconds after which an unchanged copy gets a new date


class LegacyFeeds:
    def __init__(self, copies: "FeedStore", source: "LegacyClient", clock: "Clock") -> None:
        self._copies, self._source, self._clock = copies, source, clock
        self._cache: Cache[tuple[LegacyCopy | None, bool]] = Cache(clock, seconds=MAX_AGE, most=MOST)

    def feed(self, request: "FeedRequest") -> Feed:
        """Raises `InvalidInput`, or `Unavailable` when neither the source nor our table answers."""
        cursors.position("legacy", request.cursor)  # there is one page, so no cursor is right
        now = self._clock()
        copy, is_down = self._cache.get(request.feed, lambda: self._read(request.feed)) or (None, True)
        posts = copy.posts[: request.limit] if copy else ()
        return Feed(
            data=[legacy_post(each, now) for each in posts],
            source=FeedSource.LEGACY,
            stale=is_down,
            as_of=copy.copied_at if copy else None,
        )

    def _read(self, feed: str) -> tuple[LegacyCopy | None, bool]:
        """What to show, and whether the source is down, which is cached too, so that few requests wait for it."""
        now = self._clock()
        try:
            posts = self._source.posts(feed)
        except Unavailable:
            return self._copies.copy(feed, now), True
        with suppress(Unavailable):  # another request will store it
            self._keep(feed, posts, now)
        return LegacyCopy(posts, now), False

    def _keep(self, feed: str, posts: tuple[LegacyPost, ...], now: float) -> None:
        kept = self._copies.copy(feed, now)
        if kept is None or kept.posts != posts or kept.copied_at < now - _COPY_EVERY:
            self._copies.keep_copy(feed, posts, now)
