"""What a widget asks for, read from the address of its request."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import blake2s
from typing import Final, NamedTuple
from urllib.parse import urlencode

from signpost.instagram.apps.app import is_app_id
from signpost.instagram.feed_names import account_name, tag_name
from signpost.platform.errors import InvalidField, InvalidInput

LIMIT: Final = 25
MAX_LIMIT: Final = 50
_MAX_PAGE_NAME: Final = 200
_POSITION: Final = re.compile(r"media#[0-9TZ:-]{20}#[0-9A-Za-z_-]{1,64}", re.ASCII)
_CHECK: Final = 6  # bytes
_YES: Final = ("true", "1", "yes", "on")


class FeedRequest(NamedTuple):
    """`name`: of an account or a tag, without its sign, as names are compared; "" for the app's first account.

    `username` and `page_name` pick one of the app's accounts: whose feed it is, or in whose name a tag is asked for.
    """

    app_id: str
    is_hashtag: bool = False
    name: str = ""
    username: str = ""
    page_name: str = ""
    is_settings: bool = False
    cursor: str = ""
    limit: int = LIMIT

    @property
    def feed(self) -> str:
        """As the app's owner would write it."""
        return ("#" if self.is_hashtag else "@") + self.name


def read(query: Mapping[str, str]) -> FeedRequest:
    """Raises `InvalidInput` or `InvalidField`, which name the parameter and what it has to be."""
    app_id = query.get("app_id", "")
    if not is_app_id(app_id):
        raise InvalidInput("app_id: send the id of the app that the widget belongs to.")
    asked = query.get("username_or_hashtag", "").strip()
    following = query.get("following", "").strip()
    if asked and asked[0] not in "@#":
        raise InvalidField("username_or_hashtag: begin with @ for an account or # (sent as %23) for a hashtag.")
    sign = (asked or following or "@")[0]
    name = asked[1:].strip() or following
    is_hashtag = sign == "#"
    wish = FeedRequest(
        app_id,
        is_hashtag,
        tag_name(name) if is_hashtag else account_name(name),
        account_name(query.get("instagram_username", ""), "instagram_username"),
        query.get("page_name", "").strip().casefold(),
        query.get("is_settings", "").strip().lower() in _YES,
        query.get("cursor", ""),
        _limit(query.get("limit", "")),
    )
    if len(wish.page_name) > _MAX_PAGE_NAME:
        raise InvalidField(f"page_name: at most {_MAX_PAGE_NAME} letters.")
    if wish.is_hashtag and not wish.name:
        raise InvalidField("username_or_hashtag: name the hashtag, behind the sign or as `following`.")
    return wish


def cursor(owner: str, position: str) -> str:
    """Leads on from this place in the feed of this owner; a position is the range key of a post."""
    return urlsafe_b64encode(_check(owner, position.encode()) + position.encode()).decode().rstrip("=")


def position(owner: str, cursor: str) -> str | None:
    """The place that a cursor leads on from; None for none, which is the beginning.

    Raises:
        InvalidInput: it was not made here, or for another feed.
    """
    if not cursor:
        return None
    try:
        content = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        text = content[_CHECK:].decode("ascii")
    except ValueError:
        content, text = b"", ""
    if content[:_CHECK] != _check(owner, content[_CHECK:]) or not _POSITION.fullmatch(text):
        raise InvalidInput("cursor: use the next_cursor of the page before, for the same feed.")
    return text


def next_query(query: Mapping[str, str], next_cursor: str) -> str:
    """The query of the page after the one that was asked for with `query`."""
    return urlencode({**query, "cursor": next_cursor})


def _check(owner: str, position: bytes) -> bytes:
    # Not a signature: a feed is public, and a position in it no secret. It tells a mixed-up cursor from a right one.
    return blake2s(position, digest_size=_CHECK, key=blake2s(owner.encode()).digest()).digest()


def _limit(text: str) -> int:
    if not text:
        return LIMIT
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= MAX_LIMIT:
        raise InvalidField(f"limit: a whole number from 1 to {MAX_LIMIT}.")
    return int(text)
