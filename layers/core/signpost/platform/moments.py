"""Time zones, days and moments, as requests name them."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from signpost.platform.errors import InvalidField

_DAY: Final = re.compile(r"\d{4}-(\d\d-\d\d|W\d\d-\d)")  # of a month, or of a week, such as 2026-W47-6


def zone_called(name: str) -> ZoneInfo:
    """Raises `InvalidField`."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # an unknown name, a folder, a path outside
        raise InvalidField("tz: use a name of the IANA time zone database, such as Europe/Berlin.") from None


def parse_moment(name: str, text: str, zone: ZoneInfo, days_to_add: int = 0) -> datetime:
    """A moment, in `zone` unless it says otherwise, or the beginning of a day, `days_to_add` days later.

    Raises `InvalidField`, which calls the text `name`.
    """
    try:
        if _DAY.fullmatch(text):
            return midnight(date.fromisoformat(text) + timedelta(days=days_to_add), zone)
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo else found.replace(tzinfo=zone)
        # At the limits of the calendar, some moments have no date in other zones.
        found.astimezone(UTC) + timedelta(days=2)
        found.astimezone(UTC) - timedelta(days=2)
    except (ValueError, OverflowError):
        raise InvalidField(f"{name}: use a day such as 2026-11-21, or a time such as 2026-11-21T07:00:00Z.") from None
    return found.astimezone(zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
