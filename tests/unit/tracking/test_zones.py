"""Days and hours of every kind of time zone, against the time zone database itself."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from signpost.tracking.counting.counts import Counts
from signpost.tracking.hours import quarter_of
from signpost.tracking.reports.statistics import Interval, Visited, parse_range, summarise

pytestmark = pytest.mark.slow

ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
    *("Asia/Kolkata", "Asia/Kathmandu", "Asia/Tehran", "Australia/Adelaide", "Australia/Eucla", "Asia/Yangon"),
    *("America/St_Johns", "Pacific/Chatham", "Australia/Lord_Howe", "Pacific/Marquesas"),  # off by a part of an hour
    *("America/Havana", "Asia/Beirut", "Africa/Cairo", "America/Asuncion"),  # change their clocks at midnight
]


@settings(max_examples=4000, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    first=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    length=st.integers(0, 40),
    interval=st.sampled_from(["day", "hour"]),
    seed=st.integers(0, 2**32),
)
def test_points_are_what_clocks_on_the_wall_show(
    zone: str, first: date, length: int, interval: Interval, seed: int
) -> None:
    # Given clicks in and around a range of days, many of them close to midnight and to changes of the clocks
    random = Random(seed)
    last = first + timedelta(days=min(length, 20 if interval == "hour" else 40))
    wall = ZoneInfo(zone)
    midnights = [datetime.combine(first + timedelta(days=n), time(), wall).timestamp() for n in range(length + 2)]
    clicks = [random.choice(midnights) + random.randrange(-3 * 3600, 3 * 3600) for _ in range(30)]
    clicks += [midnights[0] + random.randrange(-86_400, (length + 2) * 86_400) for _ in range(10)]
    quarters: dict[str, Counts] = {}
    for click in clicks:
        quarters.setdefault(quarter_of(click), Counts()).update(["other"])

    # When they are summed up
    chosen = parse_range(first.isoformat(), last.isoformat(), interval, zone, 0)
    found = summarise(chosen, quarters, Visited({}, ""), Counts(), None)

    # Then each is at the day or hour that the clocks showed
    def shown(moment: float) -> tuple[object, ...]:
        local = datetime.fromtimestamp(moment, wall)
        return (local.date(),) if interval == "day" else (local.date(), local.hour, local.utcoffset())

    expected = Counter(shown(click) for click in clicks if first <= datetime.fromtimestamp(click, wall).date() <= last)
    counted = {shown(point.start.timestamp()): point.counts["other"] for point in found.points if point.counts}
    assert counted == expected
    # And every day or hour of the range is there once
    moments = range(int(chosen.start.timestamp()), int(chosen.end.timestamp()), 900)
    assert [shown(point.start.timestamp()) for point in found.points] == list(dict.fromkeys(map(shown, moments)))
    assert found.totals["other"] == sum(expected.values())
