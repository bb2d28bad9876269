"""Series and breakdowns of a campaign's clicks over a range of time.

Clicks are counted by quarters of an hour, which make up the days and hours of every time zone in use, even where clocks
are off by 30 or 45 minutes, or change by 30.
"""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from signpost.platform.errors import InvalidField
from signpost.platform.moments import midnight, parse_moment, zone_called
from signpost.tracking.counting.counts import BOT, PLATFORM_COUNTERS, TOTALS, Counts, breakdown, people
from signpost.tracking.counting.visitors import VisitorCount
from signpost.tracking.hours import DAY, HOUR, QUARTER, day_of, hour_of, hours_between, quarter_of, start_of_quarter

Interval = Literal["hour", "day"]
Compare = Literal["previous", "week"]
By = Literal["platform", "country", "referrer", "browser", "os", "source"]

MAX_DAYS: Mapping[Interval, int] = {"hour": 31, "day": 1096}
_DEFAULT_DAYS: Mapping[Interval, int] = {"hour": 1, "day": 30}
_WEEK = 7  # days


class Range(NamedTuple):
    """From `start` up to but not including `end`, both at whole quarters of an hour, in steps of `interval`."""

    start: datetime
    end: datetime
    interval: Interval
    zone: ZoneInfo

    @property
    def seconds(self) -> tuple[int, int]:
        """Start and end since 1970."""
        return int(self.start.timestamp()), int(self.end.timestamp())

    @property
    def first_quarter(self) -> str:
        return quarter_of(self.seconds[0])

    @property
    def last_quarter(self) -> str:
        return quarter_of(self.seconds[1] - QUARTER)

    @property
    def hours(self) -> list[str]:
        """The UTC hours that are wholly or partly in the range."""
        first, end = self.seconds
        return hours_between(hour_of(first), hour_of(end + HOUR - 1))

    @property
    def days(self) -> tuple[str, str]:
        """The first and the last UTC day."""
        return day_of(self.first_quarter), day_of(self.last_quarter)

    def holds(self, moment: float) -> bool:
        first, end = self.seconds
        return first <= moment < end

    def before(self, compare: Compare) -> "Range":
        """The same times of day a week before or, for `previous`, as many days before as it has, counting parts."""
        length = self.end - self.start  # on the clock, since both are in one zone
        days = _WEEK if compare == "week" else max(1, -(-length // timedelta(days=1)))
        start, stop = self.start - timedelta(days=days), self.end - timedelta(days=days)
        return self._replace(start=_quarter_floor(start), end=_quarter_floor(stop))

    @property
    def query(self) -> dict[str, str]:
        """The query parameters for this range, without the interval."""
        return {"from": self.start.isoformat(), "to": self.end.isoformat(), "tz": self.zone.key}


class Visited(NamedTuple):
    """Different visitors by UTC day; settled days that are missing here had none."""

    days: Mapping[str, VisitorCount]
    settled_until: str  # the first day that is not settled


class Point(NamedTuple):
    start: datetime
    counts: Counts
    visitors: VisitorCount | None  # known for settled UTC days only


class Statistics(NamedTuple):
    range: Range
    points: list[Point]
    totals: Counts
    names: list[tuple[str, int]]  # of the breakdown, largest first


def parse_range(
    first: str | None,
    last: str | None,
    interval: Interval,
    zone_name: str,
    now: float,
    *,
    most_days: int = MAX_DAYS["day"],
) -> Range:
    """A range from strings: days, both included, or moments, the second one excluded.

    Without `first`, the last 30 days or 24 hours; without `last`, up to now. It may have at most `most_days`.

    Raises:
        InvalidField: the message says which string is wrong, and what it should be.
    """
    zone, most = zone_called(zone_name), min(MAX_DAYS[interval], most_days)
    end = parse_moment("to", last, zone, days_to_add=1) if last else datetime.fromtimestamp(now, zone)
    if first:
        start = parse_moment("from", first, zone)
    else:
        last_day = (end - timedelta(microseconds=1)).date()
        start = midnight(last_day - timedelta(days=_DEFAULT_DAYS[interval] - 1), zone)
    start, end = _quarter_floor(start), _quarter_ceiling(end)
    # In seconds: Python compares two moments of one zone by wall clock, which is wrong in the hour that is repeated.
    length = end.timestamp() - start.timestamp()
    if length <= 0:
        raise InvalidField("from: must be before `to`.")
    if length > most * DAY + HOUR:
        raise InvalidField(f"from: at most {most} days with interval={interval}.")
    return Range(start, end, interval, zone)


def summarise(
    chosen: Range, quarters: Mapping[str, Counts], visited: Visited, names: Counts, by: By | None
) -> Statistics:
    """Statistics from totals by quarter, visitors by UTC day, and the breakdown's counters."""
    starts = _starts(chosen)
    counts = [Counts() for _ in starts]
    for quarter, each in quarters.items():
        moment = start_of_quarter(quarter)
        if chosen.holds(moment):
            counts[bisect_right(starts, moment) - 1].update(each)
    ends = [*starts[1:], chosen.seconds[1]]
    first, _ = chosen.seconds
    points = [
        Point(datetime.fromtimestamp(start, chosen.zone), each, _visitors(max(start, first), end, visited))
        for start, end, each in zip(starts, ends, counts, strict=True)
    ]
    totals = sum(counts, Counts())
    return Statistics(chosen, points, totals, _ranked(totals, names, by))


def _starts(chosen: Range) -> list[float]:
    """When each point begins, in order: a day at its midnight, even if the range begins later."""
    return _days(chosen) if chosen.interval == "day" else _hours(chosen)


def _days(chosen: Range) -> list[float]:
    first, end = chosen.seconds
    day, starts = chosen.start.date(), []
    while (start := midnight(day, chosen.zone).timestamp()) < end:
        day += timedelta(days=1)
        # A zone that crosses the date line skips a day, which would end where it begins.
        if max(first, start) < midnight(day, chosen.zone).timestamp():
            starts.append(start)
    return starts


def _hours(chosen: Range) -> list[float]:
    """Clocks may change by half an hour, so that an hour is shorter, or partly repeated."""
    first, end = chosen.seconds

    def hour(moment: int) -> tuple[object, ...]:
        local = datetime.fromtimestamp(moment, chosen.zone)
        return local.date(), local.hour, local.utcoffset()

    while hour(first - QUARTER) == hour(first):
        first -= QUARTER
    moments = range(first, end, QUARTER)
    return [moment for moment in moments if moment == first or hour(moment) != hour(moment - QUARTER)]


def _visitors(start: float, end: float, visited: Visited) -> VisitorCount | None:
    if end - start != DAY or start % DAY != 0:
        return None
    day = day_of(hour_of(start))
    return visited.days.get(day, VisitorCount(0)) if day < visited.settled_until else None


def _ranked(totals: Counts, names: Counts, by: By | None) -> list[tuple[str, int]]:
    if by == "platform":
        named = {platform: totals[counter] for platform, counter in PLATFORM_COUNTERS.items()}
    else:
        named = {name.partition(":")[2]: number for name, number in names.items() if breakdown(name) == by}
    return sorted(((name, number) for name, number in named.items() if number), key=lambda pair: (-pair[1], pair[0]))


def columns(counts: Counts) -> dict[str, int]:
    """A row's numbers: people's clicks, each platform, bots."""
    return {"clicks": people(counts), **{name: counts[name] for name in TOTALS if name != BOT}, "bots": counts[BOT]}


def _quarter_floor(moment: datetime) -> datetime:
    return datetime.fromtimestamp(moment.timestamp() // QUARTER * QUARTER, moment.tzinfo)


def _quarter_ceiling(moment: datetime) -> datetime:
    return datetime.fromtimestamp(-(-moment.timestamp() // QUARTER) * QUARTER, moment.tzinfo)
