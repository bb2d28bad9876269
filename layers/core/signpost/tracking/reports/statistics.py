"""Series and breakdowns of a campaign's clicks over a range of time.

Clicks are counted by UTC hour. A day in another time zone is the hours that begin in it: where the zone is off by half
an hour, days begin and end at the next UTC hour.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from signpost.platform.errors import InvalidField
from signpost.tracking.counting.counts import BOT, PLATFORM_COUNTERS, TOTALS, Counts, breakdown, people
from signpost.tracking.hours import DAY, HOUR, hour_of, start_of

Interval = Literal["hour", "day"]
By = Literal["platform", "country", "referrer", "browser", "os", "source"]

MAX_DAYS: Mapping[Interval, int] = {"hour": 31, "day": 1096}
_DEFAULT_DAYS: Mapping[Interval, int] = {"hour": 1, "day": 30}
_DAY = re.compile(r"\d{4}-(\d\d-\d\d|W\d\d-\d)")  # of a month, or of a week, such as 2026-W47-6


class Range(NamedTuple):
    """From `start` up to but not including `end`, both at whole hours, in steps of `interval`."""

    start: datetime
    end: datetime
    interval: Interval
    zone: ZoneInfo

    @property
    def hours(self) -> list[str]:
        return [hour_of(seconds) for seconds in range(int(self.start.timestamp()), int(self.end.timestamp()), HOUR)]

    @property
    def first_hour(self) -> str:
        return hour_of(self.start.timestamp())

    @property
    def last_hour(self) -> str:
        return hour_of(self.end.timestamp() - HOUR)

    @property
    def query(self) -> dict[str, str]:
        """The query parameters for this range, without the interval."""
        return {"from": self.start.isoformat(), "to": self.end.isoformat(), "tz": self.zone.key}


class Point(NamedTuple):
    start: datetime
    counts: Counts
    visitors: int | None  # known for days of UTC only


class Statistics(NamedTuple):
    range: Range
    points: list[Point]
    totals: Counts
    names: list[tuple[str, int]]  # of the breakdown, largest first


def parse_range(first: str | None, last: str | None, interval: Interval, zone_name: str, now: float) -> Range:
    """A range from texts: days, both included, or moments, the second one excluded.

    Without `first`, the last 30 days or 24 hours; without `last`, up to now.

    Raises:
        InvalidField: says which text is wrong, and what it should be.
    """
    try:
        zone = ZoneInfo(zone_name)
    except (KeyError, OSError, ValueError):  # an unknown name, a folder, a path outside
        raise InvalidField("tz: use a name of the IANA time zone database, such as Europe/Berlin.") from None
    end = _parse("to", last, zone, days_to_add=1) if last else datetime.fromtimestamp(now, zone)
    if first:
        start = _parse("from", first, zone)
    else:
        last_day = (end - timedelta(microseconds=1)).date()
        start = _midnight(last_day - timedelta(days=_DEFAULT_DAYS[interval] - 1), zone)
    start, end = _hour_floor(start), _hour_ceiling(end)
    # In seconds: Python compares two moments of one zone by wall clock, which is wrong in the hour that comes twice.
    length = end.timestamp() - start.timestamp()
    if length <= 0:
        raise InvalidField("from: must be before `to`.")
    if length > MAX_DAYS[interval] * DAY + HOUR:
        raise InvalidField(f"from: at most {MAX_DAYS[interval]} days with interval={interval}.")
    return Range(start, end, interval, zone)


def summarise(
    chosen: Range, hours: Mapping[str, Counts], visitors: Mapping[str, int], names: Counts, by: By | None
) -> Statistics:
    """Statistics from totals by hour, visitors by UTC day, and the breakdown's counters."""
    counts: dict[float, Counts] = {}  # by each point's start in seconds: two may have the same time of day
    for hour in chosen.hours:
        counts.setdefault(_start_of_point(hour, chosen).timestamp(), Counts()).update(hours.get(hour, Counts()))
    are_utc_days = chosen.zone.key == "UTC" and chosen.interval == "day"
    points = []
    for seconds, each in counts.items():
        start = datetime.fromtimestamp(seconds, chosen.zone)
        points.append(Point(start, each, visitors.get(start.date().isoformat(), 0) if are_utc_days else None))
    totals = sum(counts.values(), Counts())
    return Statistics(chosen, points, totals, _ranked(totals, names, by))


def _ranked(totals: Counts, names: Counts, by: By | None) -> list[tuple[str, int]]:
    if by == "platform":
        named = {platform: totals[counter] for platform, counter in PLATFORM_COUNTERS.items()}
    else:
        named = {name.partition(":")[2]: number for name, number in names.items() if breakdown(name) == by}
    return sorted(((name, number) for name, number in named.items() if number), key=lambda pair: (-pair[1], pair[0]))


def columns(counts: Counts) -> dict[str, int]:
    """A row's numbers: people's clicks, each platform, bots."""
    return {"clicks": people(counts), **{name: counts[name] for name in TOTALS if name != BOT}, "bots": counts[BOT]}


def _start_of_point(hour: str, chosen: Range) -> datetime:
    start = datetime.fromtimestamp(start_of(hour), chosen.zone)
    return _midnight(start.date(), chosen.zone) if chosen.interval == "day" else start


def _parse(name: str, text: str, zone: ZoneInfo, days_to_add: int = 0) -> datetime:
    """A moment, in `zone` unless it says otherwise, or the beginning of a day, `days_to_add` days later."""
    try:
        if _DAY.fullmatch(text):
            return _midnight(date.fromisoformat(text) + timedelta(days=days_to_add), zone)
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        # At the edge of the calendar, some moments have no date in other zones.
        moment.astimezone(UTC) + timedelta(days=2)
        moment.astimezone(UTC) - timedelta(days=2)
    except (ValueError, OverflowError):
        raise InvalidField(f"{name}: use a day such as 2026-11-21, or a time such as 2026-11-21T07:00:00Z.") from None
    return moment.astimezone(zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _hour_floor(moment: datetime) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() // HOUR * HOUR, moment.tzinfo)


def _hour_ceiling(moment: datetime) -> datetime:
    return datetime.fromtimestamp(-(-moment.timestamp() // HOUR) * HOUR, moment.tzinfo)
