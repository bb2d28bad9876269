"""Posts of the legacy source, for accounts that are not connected, and the form in which the last good copy is kept."""

import json
import zlib
from collections.abc import Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from signpost.instagram.json_values import mappings, seconds, text

MOST: Final = 50  # posts that are kept: the largest page
_MAX_CAPTION: Final = 5000
_MAX_ADDRESS: Final = 2048
_MAX_ID: Final = 128
_LARGEST_COPY: Final = 350_000  # bytes


class LegacyPost(NamedTuple):
    id: str
    caption: str
    media_url: str | None
    permalink: str | None
    timestamp: float | None  # seconds since 1970


class LegacyCopy(NamedTuple):
    """The last good answer about a feed."""

    posts: tuple[LegacyPost, ...]
    copied_at: float  # seconds since 1970


def read(body: Any) -> tuple[LegacyPost, ...]:
    """The posts of `{"data": [{id, caption, media_url, permalink, timestamp}]}`; those without an id are left out.

    Raises:
        ValueError: the source does not send this.
    """
    if not isinstance(body, dict) or not isinstance(body.get("data"), list):
        raise ValueError("no list of posts under `data`")  # noqa: TRY004  (the value came from elsewhere)
    return tuple(
        LegacyPost(
            id=post_id,
            caption=(text(each.get("caption")) or "")[:_MAX_CAPTION],
            media_url=_address(each.get("media_url")),
            permalink=_address(each.get("permalink")),
            timestamp=seconds(each.get("timestamp")),
        )
        for each in mappings(body["data"])
        if (post_id := _id(each.get("id")))
    )[:MOST]


def packed(posts: Sequence[LegacyPost]) -> bytes:
    """As many of the newest as fit into one item of DynamoDB, whose limit is 400 KB."""
    content = zlib.compress(json.dumps([list(post) for post in posts]).encode())
    return content if len(content) <= _LARGEST_COPY else packed(posts[: len(posts) // 2])


def unpacked(content: bytes) -> tuple[LegacyPost, ...]:
    return tuple(LegacyPost(*fields) for fields in json.loads(zlib.decompress(content)))


def _id(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    identifier = text(value)
    return identifier if identifier and len(identifier) <= _MAX_ID else None


def _address(value: object) -> str | None:
    address = text(value)
    if address is None or len(address) > _MAX_ADDRESS:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return address if parts.scheme in ("https", "http") and parts.netloc else None
