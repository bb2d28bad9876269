"""The periods that pages show, in the zone of the person who looks."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from signpost.console import words
from signpost.console.charts.plots import Point
from signpost.tracking.counting.counts import Counts, people
from signpost.tracking.hours import HOUR, quarter_of
from signpost.tracking.reports.statistics import Interval

DEFAULT: Final = "30d"


class Period(NamedTuple):
    """`first` and `last` are for the API's `from` and `to`; the last day, or hour, is the running one."""

    key: str
    name: str  # "30 d"
    long_name: str  # "30 days"
    interval: Interval
    days: int


PERIODS: Final[Mapping[str, Period]] = {
    each.key: each
    for each in (
        Period("24h", "24 h", "24 hours", "hour", 1),
        Period("7d", "7 d", "7 days", "day", 7),
        Period("30d", "30 d", "30 days", "day", 30),
        Period("12m", "12 months", "12 months", "day", 365),
    )
}


class Span(NamedTuple):
    """From `start` up to but not including `end`, both at whole quarters of an hour."""

    start: datetime
    end: datetime

    @property
    def first(self) -> str:
        return self.start.isoformat()

    @property
    def last(self) -> str:
        return self.end.isoformat()

    @property
    def quarters(self) -> tuple[str, str]:
        """The first UTC quarter that is in it, and the first one after it."""
        return quarter_of(self.start.timestamp()), quarter_of(self.end.timestamp())

    def holds(self, moment: datetime) -> bool:
        return self.start <= moment < self.end


def span(period: Period, zone: ZoneInfo, now: float) -> Span:
    """Up to the end of the running hour; days begin at midnight."""
    end = next_hour(zone, now)
    if period.key == "24h":
        return Span(datetime.fromtimestamp(end.timestamp() - 24 * HOUR, zone), end)
    today = midnight(zone, now)
    if period.key == "12m":
        first = today.replace(day=1)
        months = first.year * 12 + first.month - 1 - 11
        return Span(first.replace(year=months // 12, month=months % 12 + 1), end)
    return Span(today - timedelta(days=period.days - 1), end)


def before(chosen: Span, period: Period) -> Span:
    """The period before, of the same length, up to the same time of day."""
    if period.key == "12m":
        start = chosen.start.replace(year=chosen.start.year - 1)
        return Span(start, start + (chosen.end - chosen.start))
    back = timedelta(days=period.days)
    return Span(chosen.start - back, chosen.end - back)


def midnight(zone: ZoneInfo, now: float) -> datetime:
    return datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)


def this_hour(zone: ZoneInfo, now: float) -> datetime:
    """When the hour began that clocks show there: in some zones not with the hour of UTC."""
    local = datetime.fromtimestamp(now, zone)
    return datetime.fromtimestamp(int(now) - local.minute * 60 - local.second, zone)


def next_hour(zone: ZoneInfo, now: float) -> datetime:
    return datetime.fromtimestamp(this_hour(zone, now).timestamp() + HOUR, zone)


def points(starts: Sequence[datetime], clicks: Sequence[int], earlier: Sequence[int], period: Period) -> list[Point]:
    """For a chart. `starts`: of hours or days; the last one is running. `earlier`: of the period before, in order."""
    if period.key == "12m":
        return _months(starts, clicks)
    made = []
    for index, (start, value) in enumerate(zip(starts, clicks, strict=True)):
        label, name = (f"{start:%H:%M}", f"{words.weekday(start)}, {start:%H:%M}")
        if period.interval == "day":
            label, name = words.day(start), words.weekday(start)
        before_it = earlier[index] if index < len(earlier) else None
        made.append(Point(label, name, value, before_it, unfinished=index == len(starts) - 1))
    return made


def _months(starts: Sequence[datetime], clicks: Sequence[int]) -> list[Point]:
    """Without the year before: months are of different lengths, so their days do not line up."""
    totals: dict[tuple[int, int], int] = {}
    for start, value in zip(starts, clicks, strict=True):
        key = (start.year, start.month)
        totals[key] = totals.get(key, 0) + value
    made = []
    for index, ((year, month), value) in enumerate(totals.items()):
        first = date(year, month, 1)
        made.append(Point(f"{first:%b}", f"{first:%B %Y}", value, unfinished=index == len(totals) - 1))
    return made


def people_between(quarters: Mapping[str, Counts], chosen: Span) -> int:
    """People's clicks in a span."""
    return sum(map(people, between(quarters, chosen)))


def between(quarters: Mapping[str, Counts], chosen: Span) -> Iterator[Counts]:
    """The counts of the quarters in a span."""
    first, end = chosen.quarters
    return (counts for name, counts in quarters.items() if first <= name < end)
