"""Campaigns: what may be asked for, what is kept, what is shown. Values in, values out."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    field_validator,
    model_validator,
)

from signpost.platform.clock import from_rfc3339, rfc3339
from signpost.platform.ids import MAX_NUMBER_ID
from signpost.tracking.counting.counts import TOTALS, people
from signpost.tracking.platforms import PLATFORMS
from signpost.tracking.targets import MAX_LENGTH, normalise

_SLUG = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_READ_ONLY = frozenset({"id", "created_at", "updated_at", "click_count"}) | {
    f"{counter}_click_count" for counter in TOTALS
}
_LAST_MOMENT = 253_402_300_799  # the year 9999: what an RFC 3339 date can say


def _slug(slug: str) -> str:
    if not _SLUG.fullmatch(slug):
        raise ValueError("must be 1 to 64 letters, digits, '_' or '-'")
    if slug.isdecimal():
        raise ValueError("must not be all digits: that would be another campaign's id")
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
# JSON knows one kind of number, so 5.0 is a whole one.
Limit = Annotated[int, Field(ge=1, le=MAX_NUMBER_ID), BeforeValidator(_whole)]


# What the fields mean, in requests and replies alike.
_REDIRECT_URL = Field(description="Where the link leads.", examples=["https://example.com/shop"])
_PLATFORMS = Field(
    description="The platforms it is meant for; lists of campaigns can be narrowed down to them.",
    examples=[["Android", "IPhone"]],
)
_PLATFORM_URLS = Field(
    description="Where the link leads on some platforms, instead of `redirect_url`.",
    examples=[{"Android": "https://example.com/app"}],
)
_SLUG_FIELD = Field(
    description="A name for the link, besides its id: /track/<slug>. Null: it has none.", examples=["summer"]
)
_FORWARD_QUERY = Field(description="Whether visitors' query parameters are passed on.", examples=[False])
_EXPIRES_AT = Field(
    description="When the link stops leading there. Null: never.", examples=["2026-12-31T23:59:59.000000Z"]
)
_MAX_CLICKS = Field(description="How many clicks of people it leads there for. Null: any number.", examples=[1000])


class Change(BaseModel):
    """What a PUT may hold: each key that is present replaces that of the campaign; null clears what may be absent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    redirect_url: Annotated[Target, _REDIRECT_URL] = ""
    platforms: Annotated[list[Platform], _PLATFORMS] = []
    platform_urls: Annotated[dict[Platform, Target], _PLATFORM_URLS] = {}
    slug: Annotated[Slug | None, _SLUG_FIELD] = None
    forward_query: Annotated[StrictBool, _FORWARD_QUERY] = False
    expires_at: Annotated[Moment | None, _EXPIRES_AT] = None
    max_clicks: Annotated[Limit | None, _MAX_CLICKS] = None

    @model_validator(mode="before")
    @classmethod
    def _ignore_what_we_set(cls, body: Any) -> Any:
        if isinstance(body, Mapping):
            return {name: value for name, value in body.items() if name not in _READ_ONLY}
        return body

    @field_validator("platforms")
    @classmethod
    def _each_once(cls, platforms: list[str]) -> list[str]:
        return [name for name in PLATFORMS if name in platforms]


class Creation(Change):
    """What a POST may hold. Only `redirect_url` must be there."""

    redirect_url: Annotated[Target, _REDIRECT_URL]


class Campaign(NamedTuple):
    """A campaign as it is stored. `version` is raised by each change and is what an ETag names."""

    id: int
    redirect_url: str
    platforms: list[str]
    platform_urls: dict[str, str]
    slug: str | None
    forward_query: bool
    expires_at: str | None
    max_clicks: int | None
    created_at: str
    updated_at: str
    version: int

    @classmethod
    def create(cls, number: int, creation: Creation, now: float) -> Self:
        return cls(id=number, **creation.model_dump(), created_at=rfc3339(now), updated_at=rfc3339(now), version=1)

    def changed(self, change: Change, now: float) -> Self:
        """With the keys that `change` holds laid over; itself when it holds none."""
        present = change.model_dump(exclude_unset=True)
        return self._replace(**present, updated_at=rfc3339(now), version=self.version + 1) if present else self


class CampaignView(BaseModel):
    """A campaign with its counts, as the API shows it."""

    id: int = Field(ge=0, le=MAX_NUMBER_ID, description="Its link is /track/<id>.", examples=[1795244400000123])
    slug: Annotated[str | None, _SLUG_FIELD]
    redirect_url: Annotated[str, _REDIRECT_URL]
    platforms: Annotated[list[str], _PLATFORMS]
    platform_urls: Annotated[dict[str, str], _PLATFORM_URLS]
    forward_query: Annotated[bool, _FORWARD_QUERY]
    expires_at: Annotated[str | None, _EXPIRES_AT]
    max_clicks: Annotated[int | None, _MAX_CLICKS]
    created_at: str = Field(description="When it was created.", examples=["2026-11-21T07:00:00.000000Z"])
    updated_at: str = Field(description="When its settings were changed.", examples=["2026-11-21T07:00:00.000000Z"])
    click_count: int = Field(description="Clicks of people, on all platforms.", examples=[12])
    android_click_count: int = Field(description="Those on Android.", examples=[7])
    iphone_click_count: int = Field(description="Those on iPhones.", examples=[4])
    windowsphone_click_count: int = Field(description="Those on Windows Phones.", examples=[0])
    other_click_count: int = Field(description="Those on everything else.", examples=[1])
    bot_click_count: int = Field(description="Clicks of programs, which no other count holds.", examples=[3])


def view(campaign: Campaign, counts: Mapping[str, int]) -> CampaignView:
    numbers = {f"{counter}_click_count": counts.get(counter, 0) for counter in TOTALS}
    return CampaignView.model_validate({**campaign._asdict(), **numbers, "click_count": people(counts)})


def etag(campaign: Campaign) -> str:
    """Names the campaign's settings; counts change without changing it."""
    return f'"{campaign.version}"'
