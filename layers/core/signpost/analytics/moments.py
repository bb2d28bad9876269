"""Time zones, days and moments, as requests name them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from signpost.platform.errors import InvalidField


def zone_called(name: str) -> ZoneInfo:
    """Raises `InvalidField`."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # an unknown name, a folder, a path outside
        raise InvalidField("tz: use a name of the IANA time zone database, such as Europe/Berlin.") from None


def moment(name: str, text: str, zone: ZoneInfo, days_to_add: int) -> float:
    """A moment, in `zone` unless it says otherwise, or the beginning of a day, `days_to_add` days later.

    Raises `InvalidField`.
    """
    try:
        if len(text) == len("2026-11-21"):
            day = date.fromisoformat(text) + timedelta(days=days_to_add)
            found = datetime(day.year, day.month, day.day, tzinfo=zone)
        else:
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo else found.replace(tzinfo=zone)
        return found.astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        raise InvalidField(f"{name}: use a day such as 2026-11-21, or a time such as 2026-11-21T07:00:00Z.") from None
