"""The shape of a feed: posts as widgets get them, and what an app's settings page shows."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from signpost.instagram.apps import migration
from signpost.instagram.apps.app import App
from signpost.instagram.apps.migration import FeedSource
from signpost.instagram.backfills import progress
from signpost.instagram.feed.legacy_posts import LegacyPost
from signpost.instagram.feed.shapes import BackfillView, ChildView, FeedView, PostView, SettingsView
from signpost.instagram.fetch.polls import TagRefusal
from signpost.instagram.graph.models import address_expires_at
from signpost.instagram.installs import Install
from signpost.instagram.login_links import login_address
from signpost.instagram.posts import moment
from signpost.instagram.products import Provider
from signpost.instagram.tags import hashtags
from signpost.instagram.video_paths import VideoPath
from signpost.platform.clock import from_rfc3339

# Seconds after which a feed counts as stale: the longest time between two successful fetches, plus an hour.
ACCOUNT_STALE: Final = 25 * 3600
HASHTAG_STALE: Final = 7 * 3600
_REFUSALS: Final = {
    TagRefusal.NO_ACCESS: "Meta gives hashtags only to apps that it has reviewed (Instagram Public Content Access).",
    TagRefusal.UNREADABLE: "Meta refuses this hashtag; it is tried again daily.",
}
_CHILD: Final = re.compile(r"-([0-9]+)\.[a-z0-9]+$")


class Addresses(NamedTuple):
    """Where people reach the API, such as `https://signpost.example`."""

    public_url: str

    def picture(self, key: str) -> str:
        """Of a key such as `pictures/facebook-1/2.jpg`."""
        return f"{self.public_url}/instagram/{key}"

    def video(self, path: VideoPath) -> str:
        return f"{self.public_url}/instagram/videos/{path}"

    def connect(self, app_id: str, provider: Provider | None) -> str:
        return login_address(self.public_url, provider, app_id)


class Feed(NamedTuple):
    """`as_of`: when it was last read from its source; None if it never was. Times are seconds since 1970."""

    data: Sequence[PostView]
    source: FeedSource
    stale: bool
    as_of: float | None
    next_cursor: str | None = None
    queued_until: float | None = None  # when the hashtag quota allows it
    refusal: TagRefusal | None = None  # why Meta refuses the hashtag


def is_stale(install: Install, now: float) -> bool:
    """Whether an account's posts are older than they should be: they are the last good copy."""
    overdue = now > (install.synced_at or install.connected_at) + ACCOUNT_STALE
    return overdue or not install.is_connected or _state(install, now) == "expired"


def body(feed: Feed, next_address: str | None) -> FeedView:
    shown: FeedView = {
        "data": list(feed.data),
        "paging": {"next_cursor": feed.next_cursor, "next": next_address},
        "source": feed.source.value,
        "stale": feed.stale,
        "as_of": _time(feed.as_of),
    }
    if feed.queued_until is not None:
        shown["queued"] = {
            "until": _time(feed.queued_until),
            "message": "This account has asked for 30 hashtags in 7 days, which is Meta's limit; this one waits.",
        }
    if feed.refusal is not None:
        shown["reason"] = {"code": feed.refusal.value, "message": _REFUSALS[feed.refusal]}
    return shown


def post(item: Mapping[str, Any], addresses: Addresses, now: float) -> PostView:
    """An item of the Media table as widgets get it. What is not known is null."""
    pictures = item.get("pictures") or ()
    is_video = item.get("media_type") == "VIDEO"
    metrics = item.get("metrics") or {}
    still = item.get("thumbnail_url") if is_video else item.get("media_url")
    numbered = {int(found[1]): key for key in pictures if (found := _CHILD.search(key))}
    posted = item["item"].split("#", 2)[1]
    path = None if item["owner"].startswith("hashtag#") else _video_path(item["owner"], posted, item["media_id"])
    children = [
        _child(child, numbered.get(number), addresses, path, now)
        for number, child in enumerate(item.get("children") or (), start=1)
    ]
    return {
        "id": item["media_id"],
        "caption": item.get("caption", ""),
        "tags": list(item.get("tags") or ()),
        "media_type": item.get("media_type"),
        "product_type": item.get("product_type"),
        "permalink": item.get("permalink"),
        "timestamp": posted,
        "username": item.get("username"),
        "picture": addresses.picture(pictures[0]) if pictures else _fresh(still, now),
        "video": _video(item, addresses, path, now),
        "like_count": metrics.get("like_count"),
        "comments_count": metrics.get("comments_count"),
        "alt_text": item.get("alt_text"),
        "children": children,
    }


def legacy_post(stored: LegacyPost, now: float) -> PostView:
    """A post of the legacy source. Its own addresses do not expire; Meta's, which it may pass on, do."""
    expires_at = address_expires_at(stored.media_url or "")
    return {
        "id": stored.id,
        "caption": stored.caption,
        "tags": list(hashtags(stored.caption)),
        "media_type": None,
        "product_type": None,
        "permalink": stored.permalink,
        "timestamp": _time(stored.timestamp),
        "username": None,
        "picture": stored.media_url if expires_at is None or expires_at > now else None,
        "video": None,
        "like_count": None,
        "comments_count": None,
        "alt_text": None,
        "children": [],
    }


def settings(
    app: App, install: Install | None, addresses: Addresses, now: float, provider: Provider | None = None
) -> SettingsView:
    """What a settings page shows of the app and one of its accounts: no token, and no e-mail address.

    `provider`: the product that an account must be connected through, if there is no install and it matters.
    """
    return {
        "account": install.instagram_account if install else None,
        "name": install.name if install else None,
        "picture": _fresh(install.profile_picture_url, now) if install else None,
        "provider": install.provider.value if install else None,
        "token_state": _state(install, now) if install else None,
        "expires_at": _time(install.expires_at) if install else None,
        "data_access_expires_at": _time(install.data_access_expires_at) if install else None,
        "connect_url": addresses.connect(app.app_id, install.provider if install else provider),
        "reason": None,
        "posts_stored": install.posts_stored if install else None,
        "media_count": install.media_count if install else None,
        "backfill": _backfill(install) if install else None,
        **migration.fields(app),
    }


def _backfill(install: Install) -> BackfillView:
    made = progress(install)
    return {"done": made.done, "stage": made.stage.value, "done_at": _time(made.done_at)}


def _child(
    child: Mapping[str, Any], picture: str | None, addresses: Addresses, album: VideoPath | None, now: float
) -> ChildView:
    is_video = child.get("media_type") == "VIDEO"
    still = child.get("thumbnail_url") if is_video else child.get("media_url")
    return {
        "id": child["id"],
        "media_type": child.get("media_type"),
        "picture": addresses.picture(picture) if picture else _fresh(still, now),
        "video": _video(child, addresses, album and album._replace(child=child["id"]), now),
    }


def _video(part: Mapping[str, Any], addresses: Addresses, path: VideoPath | None, now: float) -> str | None:
    """Our own address for a video that Meta provides; for hashtags' posts, Meta's while it works."""
    if part.get("media_type") != "VIDEO" or not part.get("media_url"):
        return None
    return addresses.video(path) if path else _fresh(part["media_url"], now)


def _video_path(owner: str, posted: str, media_id: str) -> VideoPath:
    return VideoPath(owner, int(from_rfc3339(posted)), media_id)


def _state(install: Install, now: float) -> str:
    return install.state_at(now).value


def _fresh(address: str | None, now: float) -> str | None:
    """An address of Meta's picture servers while it works."""
    return address if address and (address_expires_at(address) or 0) > now else None


def _time(seconds: float | None) -> str | None:
    return None if seconds is None else moment(seconds)
