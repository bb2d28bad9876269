"""What the fields of a campaign may contain and what they mean, in requests and replies."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from signpost.platform.clock import from_rfc3339, rfc3339
from signpost.platform.ids import MAX_NUMBER_ID
from signpost.tracking.platforms import PLATFORMS
from signpost.tracking.targets import MAX_LENGTH, normalise

_SLUG_TEXT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_INSTALL = re.compile(
    r"(?:facebook|instagram)-[0-9]{1,30}", re.ASCII
)  # an install's id, as `instagram.installs` makes it
_LAST_MOMENT = 253_402_300_799  # the end of the year 9999, the last that RFC 3339 can write


def _slug(slug: str) -> str:
    if not _SLUG_TEXT.fullmatch(slug):
        raise ValueError("must be 1 to 64 letters, digits, '_' or '-'")
    if slug.isdecimal():
        raise ValueError("must not be all digits, because ids are")
    return slug


def _moment(text: str) -> str:
    try:
        seconds = from_rfc3339(text)
    except (ValueError, OverflowError):
        raise ValueError("must be a date and time with its zone, such as 2026-12-31T23:59:59Z") from None
    if not 0 <= seconds <= _LAST_MOMENT:
        raise ValueError("must be between the years 1970 and 9999")
    return rfc3339(seconds)


def _whole(number: Any) -> Any:
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _platform(name: str) -> str:
    if name not in PLATFORMS:
        raise ValueError(f"is not supported; use {', '.join(PLATFORMS)}")
    return name


def _account(install: str) -> str:
    if not _INSTALL.fullmatch(install):
        raise ValueError("must be the id of a connected account, such as instagram-17841405822304914")
    return install


Target = Annotated[str, Field(json_schema_extra={"format": "uri", "maxLength": MAX_LENGTH}), AfterValidator(normalise)]
Platform = Annotated[str, Field(json_schema_extra={"enum": list(PLATFORMS)}), AfterValidator(_platform)]
Slug = Annotated[
    str,
    Field(json_schema_extra={"pattern": "^[0-9]*[A-Za-z_-][A-Za-z0-9_-]*$", "maxLength": 64}),
    AfterValidator(_slug),
]
Moment = Annotated[
    str,
    Field(json_schema_extra={"format": "date-time", "pattern": "^(19[7-9][0-9]|[2-9][0-9]{3})-"}),
    AfterValidator(_moment),
]
Account = Annotated[
    str,
    Field(json_schema_extra={"pattern": "^(facebook|instagram)-[0-9]{1,30}$"}),
    AfterValidator(_account),
]
# JSON has only one kind of number, so 5.0 is a whole number.
Limit = Annotated[int, Field(ge=1, le=MAX_NUMBER_ID), BeforeValidator(_whole)]

REDIRECT_URL = Field(description="Where the link leads.", examples=["https://example.com/shop"])
LISTED_PLATFORMS = Field(
    description="The platforms that it is meant for; lists of campaigns can be filtered by them.",
    examples=[["Android", "IPhone"]],
)
PLATFORM_URLS = Field(
    description="Where the link leads on some platforms, instead of `redirect_url`.",
    examples=[{"Android": "https://example.com/app"}],
)
SLUG = Field(
    description="A name for the link, in addition to its id: /track/<slug>. Case is ignored. Null: none. "
    "A former slug keeps working until another campaign takes it.",
    examples=["summer"],
)
FORWARD_QUERY = Field(description="Whether visitors' query parameters are passed on.", examples=[False])
EXPIRES_AT = Field(
    description="When the link ends; in the future. Null: never.",
    examples=["2026-12-31T23:59:59.000000Z"],
)
MAX_CLICKS = Field(
    description="After how many clicks of people the link ends, counted from the first one. Null: never.",
    examples=[1000],
)
ACCOUNT = Field(
    description="The connected account, by its install's id, whose posts bring the link's clicks: reports then say "
    "which post brought them. Null: none.",
    examples=["instagram-17841405822304914"],
)
LIMIT_FROM = Field(
    description="From when on `max_clicks` is exact: at most 30 seconds after it was set. Before that, more "
    "clicks may get through; they are counted, too. Raising or lowering it works immediately. Null: no limit.",
    examples=["2026-11-21T07:00:30.000000Z"],
)
