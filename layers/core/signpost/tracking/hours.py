"""The UTC hours and days that clicks are counted by: `2026-11-21T07` and `2026-11-21`."""

import time
from functools import lru_cache

HOUR = 3600  # seconds
DAY = 86_400
SETTLE_AFTER = 600  # seconds after an hour's end: far longer than a redirect can take to write its click
_FORMAT = "%Y-%m-%dT%H"


def hour_of(seconds: float) -> str:
    return _name(int(seconds // HOUR))


@lru_cache(maxsize=128)
def _name(hour: int) -> str:
    """Of the hour with that number, counted from 1970."""
    return time.strftime(_FORMAT, time.gmtime(hour * HOUR))


def start_of(hour: str) -> int:
    """When the hour began, in seconds since 1970.

    Raises:
        ValueError: it is not an hour.
    """
    from calendar import timegm  # noqa: PLC0415  (the redirect never needs it, and would pay for it at every cold start)

    return timegm(time.strptime(hour, _FORMAT))


def day_of(hour: str) -> str:
    return hour[:10]


def hours_between(first: str, end: str) -> list[str]:
    """Every hour from `first` up to but not including `end`."""
    return [hour_of(start) for start in range(start_of(first), start_of(end), HOUR)]


def may_be_settled(hour: str, now: float) -> bool:
    """Whether the hour has been over long enough for all its clicks to be there."""
    return start_of(hour) + HOUR + SETTLE_AFTER <= now
