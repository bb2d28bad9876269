"""How much has happened in messaging, in all and by day. Days are those of UTC."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple


class Counts(NamedTuple):
    """`users`: who verified a phone. `received`: copies of messages, one for each receiver."""

    users: int = 0
    conversations: int = 0
    messages: int = 0
    videos: int = 0
    received: int = 0


class Day(NamedTuple):
    day: date
    counts: Counts
    active: int  # users who used an app


def counts(item: Mapping[str, Any] | None) -> Counts:
    """Of an item whose attributes have these names."""
    return Counts(*(int((item or {}).get(name, 0)) for name in Counts._fields))


def day_of(now: float) -> date:
    return datetime.fromtimestamp(now, UTC).date()


def last_days(number: int, now: float) -> list[date]:
    """Up to today, in order."""
    today = day_of(now)
    return [today - timedelta(days=back) for back in reversed(range(number))]
