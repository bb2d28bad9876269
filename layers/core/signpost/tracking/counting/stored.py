"""Reads a stored click: from the table, from its stream, from a log. It may be anything, so it is checked.

Everything that counts or shows clicks reads them here, so all agree on what a click is.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from signpost.platform.ids import ulid_time
from signpost.tracking import clicks
from signpost.tracking.counting.counts import BOT, PLATFORM_COUNTERS, counters
from signpost.tracking.hours import hour_of_quarter, quarter_of

# Twice what the redirect stores. Breakdowns are by these strings: 500 of them must fit into an item's 400 KB.
_MOST_BYTES = {"agent": 768, "referrer": 512, "country": 4, "source": 128}
_VISITOR_BYTES = 8


class NotAClick(ValueError):
    """It does not have the form of a click that the redirect stores."""


class StoredClick(NamedTuple):
    campaign_id: str
    quarter: str  # of an hour
    time: float
    counters: tuple[str, ...]  # to which it adds 1
    visitor: int | None  # a person's pseudonym, of 64 bits

    @property
    def hour(self) -> str:
        return hour_of_quarter(self.quarter)


def read(item: Mapping[str, Any]) -> StoredClick:
    """Read a click's item. Raises `NotAClick`."""
    try:
        campaign_id, hour = _campaign_and_hour(item["partition"])
        time = ulid_time(item["click"])
        quarter = quarter_of(time)
        _require(hour_of_quarter(quarter) == hour, "its key is from another hour")
        _require(item["platform"] in PLATFORM_COUNTERS, "its platform is unknown")
        _require(item.get("bot", False) in (True, False), "`bot` is neither true nor false")
        for name, most in _MOST_BYTES.items():
            _require(len(item.get(name, "").encode()) <= most, f"its {name} is too long")
        visitor = bytes.fromhex(item["visitor"]) if "visitor" in item else None
        _require(visitor is None or len(visitor) == _VISITOR_BYTES, "its visitor is not a pseudonym")
        added = counters(item)
    except NotAClick:
        raise
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise NotAClick(f"{type(error).__name__}: {error}") from error
    is_person = visitor is not None and added != (BOT,)
    return StoredClick(campaign_id, quarter, time, added, int.from_bytes(visitor or b"", "big") if is_person else None)


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise NotAClick(reason)


# The clicks of an hour share a few partitions, and parsing one costs as much as all the rest.
_campaign_and_hour = lru_cache(maxsize=4096)(clicks.campaign_and_hour)
