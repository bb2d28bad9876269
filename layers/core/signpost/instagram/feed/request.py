"""A widget's request, read from its query."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from signpost.instagram.apps.app import is_app_id
from signpost.instagram.feed_names import account_name, tag_name
from signpost.platform.errors import InvalidField, InvalidInput

LIMIT: Final = 25
MAX_LIMIT: Final = 50
_MAX_PAGE_NAME: Final = 200
_YES: Final = ("true", "1", "yes", "on")


class FeedRequest(NamedTuple):
    """`name`: of an account or a tag, without its sign, as names are compared; "" for the app's first account.

    `username` and `page_name` pick one of the app's accounts: whose feed it is, or in whose name a tag is asked for.
    `public_url` is where people reach the API that was asked.
    """

    app_id: str
    is_hashtag: bool = False
    name: str = ""
    username: str = ""
    page_name: str = ""
    is_settings: bool = False
    cursor: str = ""
    limit: int = LIMIT
    public_url: str = ""

    @property
    def feed(self) -> str:
        """In the form in which the app's owner writes it."""
        return ("#" if self.is_hashtag else "@") + self.name


def read(query: Mapping[str, str], public_url: str = "") -> FeedRequest:
    """Raises `InvalidInput` or `InvalidField`, which say what to send."""
    app_id = query.get("app_id", "")
    if not is_app_id(app_id):
        raise InvalidInput("app_id: send the id of the app that the widget belongs to.")
    wanted = query.get("username_or_hashtag", "").strip()
    following = query.get("following", "").strip()
    if wanted and wanted[0] not in "@#":
        raise InvalidField("username_or_hashtag: begin with @ for an account or # (sent as %23) for a hashtag.")
    is_hashtag = (wanted or following).startswith("#")
    name = wanted[1:].strip() or following
    request = FeedRequest(
        app_id=app_id,
        is_hashtag=is_hashtag,
        name=tag_name(name) if is_hashtag else account_name(name),
        username=account_name(query.get("instagram_username", ""), "instagram_username"),
        page_name=query.get("page_name", "").strip().casefold(),
        is_settings=query.get("is_settings", "").strip().lower() in _YES,
        cursor=query.get("cursor", ""),
        limit=_limit(query.get("limit", "")),
        public_url=public_url,
    )
    if len(request.page_name) > _MAX_PAGE_NAME:
        raise InvalidField(f"page_name: at most {_MAX_PAGE_NAME} characters.")
    if request.is_hashtag and not request.name:
        raise InvalidField("username_or_hashtag: name the hashtag, behind the sign or as `following`.")
    return request


def _limit(text: str) -> int:
    if not text:
        return LIMIT
    number = int(text) if len(text) <= len(str(MAX_LIMIT)) and text.isascii() and text.isdecimal() else 0
    if not 1 <= number <= MAX_LIMIT:
        raise InvalidField(f"limit: a whole number from 1 to {MAX_LIMIT}.")
    return number
