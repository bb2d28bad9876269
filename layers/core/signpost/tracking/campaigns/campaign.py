"""Campaigns: what requests may hold, and what is stored."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, StrictBool, field_validator, model_validator

from signpost.platform.clock import from_rfc3339, rfc3339
from signpost.platform.errors import InvalidField
from signpost.tracking.campaigns import fields
from signpost.tracking.counting.counts import TOTALS
from signpost.tracking.platforms import PLATFORMS

MAX_ALIASES = 20
_READ_ONLY = frozenset({"id", "link", "created_at", "updated_at", "effective_at", "as_of", "click_count"}) | {
    f"{counter}_click_count" for counter in TOTALS
}


class Change(BaseModel):
    """What a PUT may hold: each key replaces the campaign's. Null clears an optional key."""

    model_config = ConfigDict(extra="forbid", strict=True)

    redirect_url: Annotated[fields.Target, fields.REDIRECT_URL] = ""
    platforms: Annotated[list[fields.Platform], fields.LISTED_PLATFORMS] = []
    platform_urls: Annotated[dict[fields.Platform, fields.Target], fields.PLATFORM_URLS] = {}
    slug: Annotated[fields.Slug | None, fields.SLUG] = None
    forward_query: Annotated[StrictBool, fields.FORWARD_QUERY] = False
    expires_at: Annotated[fields.Moment | None, fields.EXPIRES_AT] = None
    max_clicks: Annotated[fields.Limit | None, fields.MAX_CLICKS] = None

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
    """What a POST may hold. Only `redirect_url` is required."""

    redirect_url: Annotated[fields.Target, fields.REDIRECT_URL]


class Campaign(NamedTuple):
    """A campaign as it is stored. Each change raises `version`, which is the ETag."""

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
    aliases: tuple[str, ...] = ()  # former slugs in lower case, the latest first: they work until somebody takes them

    @classmethod
    def create(cls, number: int, creation: Creation, now: float) -> Self:
        return cls(id=number, **creation.model_dump(), created_at=rfc3339(now), updated_at=rfc3339(now), version=1)

    def changed(self, change: Change, now: float) -> Self:
        """The campaign with the keys of `change`; the same object if there are none.

        Raises:
            InvalidField: it would expire in the past.
        """
        present = change.model_dump(exclude_unset=True)
        if not present:
            return self
        if present.get("expires_at") != self.expires_at:
            check_expiry(present.get("expires_at"), now)
        changed = self._replace(**present, updated_at=rfc3339(now), version=self.version + 1)
        slugs = dict.fromkeys(slug.lower() for slug in (self.slug, *self.aliases) if slug)
        slugs.pop((changed.slug or "").lower(), None)
        return changed._replace(aliases=tuple(slugs)[:MAX_ALIASES])


def check_expiry(expires_at: str | None, now: float) -> None:
    """Raises `InvalidField` when it has passed: nobody means that, and a typing error would go unnoticed."""
    if expires_at is not None and from_rfc3339(expires_at) <= now:
        raise InvalidField("expires_at: must be in the future. To end a link at once, delete its campaign.")
