"""Where tracking links lead."""

from collections.abc import Sequence
from typing import NamedTuple

# Ids and slugs have no other letters, and are not longer.
MAX_KEY = 64
_KEY_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")

HEADERS = {
    "cache-control": "no-store",  # a cached redirect is a click that is not counted
    "x-robots-tag": "noindex",
    "referrer-policy": "no-referrer-when-downgrade",
}


class Limit(NamedTuple):
    """A limit on a campaign's clicks. Its size is only in the quota item."""

    name: str  # a ULID, new each time that a limit is set
    in_force_from: float  # when every execution environment knows it


class Quota(NamedTuple):
    """The quota that did not yield a click. Empty if it is gone."""

    limit: str = ""
    used: int = 0
    max: int = 0
    uncounted: Sequence[str] = ()  # buckets whose clicks since `counted_to` are not in `used` yet
    counted_to: str = ""  # a ULID
    taken_by: str = ""  # the last click that used the slot of the click that asked


class Destination(NamedTuple):
    """What the redirect needs of a campaign."""

    campaign_id: str
    redirect_url: str
    platform_urls: dict[str, str]
    forward_query: bool
    expires_at: float | None
    limit: Limit | None


def may_exist(key: str) -> bool:
    return 0 < len(key) <= MAX_KEY and _KEY_LETTERS.issuperset(key)


def location(destination: Destination, platform: str, raw_query: str) -> str:
    """The address to send a browser on that platform to."""
    target = destination.platform_urls.get(platform) or destination.redirect_url
    if not (destination.forward_query and raw_query):
        return target
    # Imported here because few campaigns forward the query.
    from urllib.parse import parse_qsl  # noqa: PLC0415

    from signpost.tracking.targets import with_query  # noqa: PLC0415

    parameters = parse_qsl(raw_query, keep_blank_values=True)
    return with_query(target, [(name, value) for name, value in parameters if name not in ("platform", "src")])
