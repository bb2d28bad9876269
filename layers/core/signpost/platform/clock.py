"""Time as the rules use it: a clock is a function that returns seconds since 1970."""

import time
from collections.abc import Callable

Clock = Callable[[], float]

system_clock: Clock = time.time


def rfc3339(seconds: float) -> str:
    """Such as `2026-11-21T07:02:03.123456Z`."""
    from datetime import UTC, datetime  # noqa: PLC0415  (the redirect never needs it, and would pay for it when cold)

    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_rfc3339(text: str) -> float:
    """The inverse of `rfc3339`.

    Raises:
        ValueError: the string is not a date and time, or has no time zone.
    """
    from datetime import datetime  # noqa: PLC0415  (likewise)

    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time zone is missing")
    return moment.timestamp()


def time_left(seconds: float) -> Callable[[], bool]:
    """A function that says whether fewer than `seconds` have passed since this call."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end
