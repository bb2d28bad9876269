"""Imports posts: each that has a tag which the account's owner wants leads to one event `MediaImported`.

An account may be connected through both of Meta's products. They give a post different ids, but one shortcode: the part
of its address that names it. So the post is imported once, by whichever fetch is first.

The event is sent between claiming the import and noting that it is done. If the run ends in between, the next one sends
the event again with the same `id`, by which listeners recognise it.
"""

from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram import posts
from signpost.instagram.posts import Post, moment
from signpost.instagram.tags import is_wanted
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.instagram.fetch.import_store import ImportStore
    from signpost.instagram.installs import Install
    from signpost.platform.event_bus import EventBus


class Import(NamedTuple):
    """Done, being done by another run, or, when neither is set, this run's to do. Seconds since 1970."""

    imported_at: float | None = None
    busy_until: float | None = None
    claimed_by: str = ""  # the run that is doing it


class Imports:
    def __init__(self, store: "ImportStore", bus: "EventBus") -> None:
        self._store, self._bus = store, bus

    def take(self, install: "Install", post: Post, by: str, now: float) -> Import | None:
        """Import a post that is wanted and has not been imported; None when it need not be.

        Raises:
            Unavailable: the event could not be sent or noted; try again.
        """
        if post.imported_at is not None or not is_wanted(post.caption, install.import_tags):
            return None
        key = install.instagram_business_account_id, posts.shortcode(post)
        run = f"{install.id}/{by}"
        claimed = self._store.claim(*key, run, now)
        if claimed.busy_until is not None and not claimed.claimed_by.startswith(f"{install.id}/"):
            return None  # a fetch of the other product, whose own message comes again if it dies
        if claimed != Import():
            return claimed
        try:
            self._bus.send("MediaImported", _detail(install, post, now))
        except Unavailable:
            self._store.release(*key, run)
            raise
        self._store.done(*key, run, now)
        return Import(imported_at=now)


def _detail(install: "Install", post: Post, now: float) -> dict[str, object]:
    """The event's content; times are RFC 3339 in UTC."""
    return {
        "id": f"{install.instagram_business_account_id}/{posts.shortcode(post)}",
        "install": install.id,
        "account_id": install.instagram_business_account_id,
        "account": install.instagram_account,
        "media_id": post.media_id,
        "media_type": post.media_type,
        "shortcode": post.shortcode,
        "permalink": post.permalink,
        "caption": post.caption,
        "tags": list(post.tags),
        "posted_at": moment(post.posted_at),
        "imported_at": moment(now),
    }
