"""Cursors: where in a feed its next page begins. A position is the range key of a post."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2s
from typing import Final
from urllib.parse import urlencode

from signpost.platform.errors import InvalidInput

_POSITION: Final = re.compile(r"media#[0-9TZ:-]{20}#[0-9A-Za-z_-]{1,64}", re.ASCII)
_CHECK: Final = 6  # bytes


def cursor(owner: str, position: str) -> str:
    """The cursor for what follows this position in this owner's feed."""
    return urlsafe_b64encode(_check(owner, position.encode()) + position.encode()).decode().rstrip("=")


def position(owner: str, cursor: str) -> str | None:
    """The position that a cursor continues from; None for "", which is the beginning.

    Raises:
        InvalidInput: it was not made here, or is of another feed.
    """
    if not cursor:
        return None
    try:
        content = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        text = content[_CHECK:].decode("ascii")
    except ValueError:
        content, text = b"", ""
    if content[:_CHECK] != _check(owner, content[_CHECK:]) or not _POSITION.fullmatch(text):
        raise InvalidInput("cursor: use the previous page's next_cursor, for the same feed.")
    return text


def next_query(query: Mapping[str, str], next_cursor: str) -> str:
    """The query of the page after the one that was asked for with `query`."""
    return urlencode({**query, "cursor": next_cursor})


def _check(owner: str, position: bytes) -> bytes:
    # Not a signature, because feeds and positions are public. It detects cursors of other feeds.
    return blake2s(position, digest_size=_CHECK, key=blake2s(owner.encode()).digest()).digest()
