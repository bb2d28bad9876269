"""Series and breakdowns of a campaign's clicks over a range of time. Values in, values out.

Clicks are counted by UTC hour. A day of another time zone is the hours that begin in it; where a zone is half an hour
off, its days begin and end at the UTC hour within them.
"""

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
_PLATFORM_NAMES = {counter: platform for platform, counter in PLATFORM_COUNTERS.items()}


class Range(NamedTuple):
    """From one moment up to, not including, another, both at whole hours, in steps of an interval."""

    start: datetime
    end: datetime
    interval: Interval
    zone: ZoneInfo

    @property
    def hours(self) -> list[str]:
        return [hour_of(seconds) for seconds in range(int(self.start.timestamp()), int(self.end.timestamp()), HOUR)]

    @property
    def in_utc(self) -> bool:
        return self.zone.key == "UTC"


class Point(NamedTuple):
    start: datetime
    counts: Counts
    visitors: int | None  # known for days of UTC only


class Statistics(NamedTuple):
    range: Range
    points: list[Point]
    totals: Counts
    names: list[tuple[str, int]]  # of the breakdown, the largest first


def parse_range(first: str | None, last: str | None, interval: Interval, zone_name: str, now: float) -> Range:
    """The range that texts mean: days, both included, or moments with a zone, the second excluded.

    Without `first`, the last 30 days or 24 hours; without `last`, up to now.

    Raises:
        InvalidField: which text is wrong, and what it should be.
    """
    try:
        zone = ZoneInfo(zone_name)
    except (KeyError, OSError, ValueError):  # an unknown name, one that is a folder, one that leaves the folder
        raise InvalidField("tz: use a name of the IANA time zone database, such as Europe/Berlin.") from None
    end = _moment("to", last, zone, is_end=True) if last else datetime.fromtimestamp(now, zone)
    if first:
        start = _moment("from", first, zone, is_end=False)
    else:
        last_day = (end - timedelta(microseconds=1)).date()
        start = _midnight(last_day - timedelta(days=_DEFAULT_DAYS[interval] - 1), zone)
    start, end = _hour_floor(start), _hour_ceiling(end)
    # In seconds: two moments of one zone are compared by what their clocks show, also in the hour that comes twice.
    length = end.timestamp() - start.timestamp()
    if length <= 0:
        raise InvalidField("from: must be before `to`.")
    if length > MAX_DAYS[interval] * DAY + HOUR:
        raise InvalidField(f"from: at most {MAX_DAYS[interval]} days with interval={interval}.")
    return Range(start, end, interval, zone)


def summarise(
    chosen: Range, hours: Mapping[str, Counts], visitors: Mapping[str, int], names: Counts, by: By | None
) -> Statistics:
    """Put what was read together: totals by hour, visitors by UTC day, the breakdown's counters."""
    points: dict[float, Counts] = {}
    for hour in chosen.hours:
        points.setdefault(_start_of_point(hour, chosen).timestamp(), Counts()).update(hours.get(hour, Counts()))
    starts = {seconds: datetime.fromtimestamp(seconds, chosen.zone) for seconds in points}
    with_visitors = chosen.in_utc and chosen.interval == "day"
    totals = sum(points.values(), Counts())
    return Statistics(
        chosen,
        [
            Point(starts[key], counts, visitors.get(starts[key].date().isoformat(), 0) if with_visitors else None)
            for key, counts in points.items()
        ],
        totals,
        _ranked(totals if by == "platform" else names, by) if by else [],
    )


def _ranked(counts: Counts, by: By) -> list[tuple[str, int]]:
    if by == "platform":
        named = {_PLATFORM_NAMES[name]: counts[name] for name in _PLATFORM_NAMES if counts[name]}
    else:
        named = {name.partition(":")[2]: number for name, number in counts.items() if breakdown(name) == by and number}
    return sorted(named.items(), key=lambda pair: (-pair[1], pair[0]))


def columns(counts: Counts) -> dict[str, int]:
    """The numbers of a row: people's clicks, each platform, bots."""
    return {"clicks": people(counts), **{name: counts[name] for name in TOTALS if name != BOT}, "bots": counts[BOT]}


def _start_of_point(hour: str, chosen: Range) -> datetime:
    start = datetime.fromtimestamp(start_of(hour), chosen.zone)
    return _midnight(start.date(), chosen.zone) if chosen.interval == "day" else start


def _moment(name: str, text: str, zone: ZoneInfo, *, is_end: bool) -> datetime:
    try:
        if len(text) == len("2026-11-21"):
            return _midnight(date.fromisoformat(text) + timedelta(days=is_end), zone)
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        # A moment at the very edge of the calendar has none in other zones.
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
