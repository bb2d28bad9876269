"""The UTC quarter hours, hours and days that clicks are counted by: `2026-11-21T07:15`, `2026-11-21T07`, `2026-11-21`.

Quarters of an hour are fine enough: every time zone in use is off UTC by a whole number of them, so its days and hours
consist of whole quarters.
"""

import time
from functools import lru_cache

QUARTER = 900  # seconds
HOUR = 3600
DAY = 86_400
SETTLE_AFTER = 600  # seconds after an hour's end: far longer than a redirect can take to write its click
_FORMAT = "%Y-%m-%dT%H"
_QUARTER_FORMAT = f"{_FORMAT}:%M"


def hour_of(seconds: float) -> str:
    return _name(int(seconds // HOUR))


@lru_cache(maxsize=128)
def _name(hour: int) -> str:
    """The name of the hour with that number, counted from 1970."""
    return time.strftime(_FORMAT, time.gmtime(hour * HOUR))


def start_of(hour: str) -> int:
    """When the hour began, in seconds since 1970.

    Raises:
        ValueError: it is not an hour.
    """
    from calendar import timegm  # noqa: PLC0415  (the redirect never needs it, and would pay for it at every cold start)

    return timegm(time.strptime(hour, _FORMAT))


def is_hour(text: str) -> bool:
    """Whether it is an hour's name in exactly the form used here."""
    try:
        return hour_of(start_of(text)) == text
    except ValueError:
        return False


def quarter_of(seconds: float) -> str:
    return time.strftime(_QUARTER_FORMAT, time.gmtime(seconds // QUARTER * QUARTER))


def quarters_of(hour: str) -> list[str]:
    return [f"{hour}:{minute}" for minute in ("00", "15", "30", "45")]


def quarters_between(first: int, end: int) -> list[str]:
    """Every quarter from the one that begins at `first` up to but not including `end` (seconds)."""
    return [quarter_of(start) for start in range(first, end, QUARTER)]


def start_of_quarter(quarter: str) -> int:
    """When the quarter began, in seconds since 1970.

    Raises:
        ValueError: it is not a quarter.
    """
    from datetime import datetime  # noqa: PLC0415  (as above)

    return int(datetime.fromisoformat(f"{quarter}+00:00").timestamp())


def is_quarter(text: str) -> bool:
    """Whether it is a quarter's name in exactly the form used here."""
    try:
        return quarter_of(start_of_quarter(text)) == text
    except ValueError:
        return False


def hour_of_quarter(quarter: str) -> str:
    return quarter[:13]


def day_of(hour: str) -> str:
    """The day of an hour or a quarter."""
    return hour[:10]


def hours_between(first: str, end: str) -> list[str]:
    """Every hour from `first` up to but not including `end`."""
    return [hour_of(start) for start in range(start_of(first), start_of(end), HOUR)]


def may_be_settled(hour: str, now: float) -> bool:
    """Whether the hour has been over long enough for all its clicks to be there."""
    return start_of(hour) + HOUR + SETTLE_AFTER <= now
