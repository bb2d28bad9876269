"""Campaigns: what requests may contain, and what is stored."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, StrictBool, field_validator, model_validator

from signpost.platform.clock import from_rfc3339, rfc3339
from signpost.platform.errors import InvalidField
from signpost.platform.ids import ulid
from signpost.tracking.campaigns import fields
from signpost.tracking.counting.counts import TOTALS
from signpost.tracking.limits import IN_FORCE_AFTER
from signpost.tracking.platforms import PLATFORMS

MAX_ALIASES = 20
_READ_ONLY = frozenset(
    {"id", "link", "limit_from", "created_at", "updated_at", "effective_at", "as_of", "click_count"}
) | {f"{counter}_click_count" for counter in TOTALS}


class Change(BaseModel):
    """What a PUT may contain: each key replaces the campaign's. Null clears an optional key."""

    model_config = ConfigDict(extra="forbid", strict=True)

    redirect_url: Annotated[fields.Target, fields.REDIRECT_URL] = ""
    platforms: Annotated[list[fields.Platform], fields.LISTED_PLATFORMS] = []
    platform_urls: Annotated[dict[fields.Platform, fields.Target], fields.PLATFORM_URLS] = {}
    slug: Annotated[fields.Slug | None, fields.SLUG] = None
    forward_query: Annotated[StrictBool, fields.FORWARD_QUERY] = False
    expires_at: Annotated[fields.Moment | None, fields.EXPIRES_AT] = None
    max_clicks: Annotated[fields.Limit | None, fields.MAX_CLICKS] = None
    account: Annotated[fields.Account | None, fields.ACCOUNT] = None

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
    """What a POST may contain. Only `redirect_url` is required."""

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
    limit: str | None  # a ULID, new each time that `max_clicks` is set on a campaign that has none
    limit_from: str | None  # when the limit is in force
    created_at: str
    updated_at: str
    version: int
    aliases: tuple[str, ...] = ()  # former slugs in lower case, the latest first: they work until somebody takes them
    account: str | None = None  # the id of the install whose posts bring its clicks

    @classmethod
    def create(cls, number: int, creation: Creation, now: float) -> Self:
        """A new campaign's limit is in force from the beginning: no redirect has cached it yet."""
        limited = creation.max_clicks is not None
        return cls(
            id=number,
            **creation.model_dump(),
            limit=ulid(now) if limited else None,
            limit_from=rfc3339(now) if limited else None,
            created_at=rfc3339(now),
            updated_at=rfc3339(now),
            version=1,
        )

    def changed(self, change: Change, now: float) -> "Campaign":
        """The campaign with the keys of `change`; the same object if there are none.

        A new limit is in force once every execution environment of the redirect knows it.

        Raises:
            InvalidField: the campaign would expire in the past.
        """
        present = change.model_dump(exclude_unset=True)
        if not present:
            return self
        if present.get("expires_at") != self.expires_at:
            check_expiry(present.get("expires_at"), now)
        new = self._replace(**present, updated_at=rfc3339(now), version=self.version + 1)
        return _limited(new._replace(aliases=_former_slugs(self, new.slug)), self.limit, now)


def _former_slugs(campaign: Campaign, slug: str | None) -> tuple[str, ...]:
    """The campaign's aliases once its slug is `slug`."""
    slugs = dict.fromkeys(each.lower() for each in (campaign.slug, *campaign.aliases) if each)
    slugs.pop((slug or "").lower(), None)
    return tuple(slugs)[:MAX_ALIASES]


def _limited(campaign: Campaign, former: str | None, now: float) -> Campaign:
    """With the limit that its `max_clicks` needs: the `former` one, if there was one."""
    if campaign.max_clicks is None:
        return campaign._replace(limit=None, limit_from=None)
    if former is None:
        return campaign._replace(limit=ulid(now), limit_from=rfc3339(now + IN_FORCE_AFTER))
    return campaign


def check_expiry(expires_at: str | None, now: float) -> None:
    """Raises `InvalidField` if it has passed: nobody wants that, and a typo would go unnoticed."""
    if expires_at is not None and from_rfc3339(expires_at) <= now:
        raise InvalidField("expires_at: must be in the future. To end a link immediately, delete its campaign.")
