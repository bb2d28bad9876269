from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.platform.errors import InvalidField
from signpost.tracking.counting.counts import Counts
from signpost.tracking.counting.visitors import VisitorCount
from signpost.tracking.reports.statistics import Interval, Visited, columns, parse_range, summarise

NOW = 1_795_246_500.0  # 2026-11-21T07:35:00Z
DAY = "2026-11-21"
NOBODY = Visited({}, DAY)
HALF_HOURS = ("14:00", "14:30", "15:00", "15:30")


@pytest.mark.parametrize(
    ("first", "last", "interval", "zone", "start", "end"),
    [
        ("2026-11-01", "2026-11-02", "day", "UTC", "2026-11-01T00:00:00+00:00", "2026-11-03T00:00:00+00:00"),
        ("2026-11-01", "2026-11-01", "day", "Europe/Berlin", "2026-11-01T00:00:00+01:00", "2026-11-02T00:00:00+01:00"),
        (f"{DAY}T05:35:00Z", f"{DAY}T06:35:00Z", "hour", "UTC", f"{DAY}T05:30:00+00:00", f"{DAY}T06:45:00+00:00"),
        (f"{DAY}T05:00:00", None, "hour", "Europe/Berlin", f"{DAY}T05:00:00+01:00", f"{DAY}T08:45:00+01:00"),
        (None, None, "day", "UTC", "2026-10-23T00:00:00+00:00", "2026-11-21T07:45:00+00:00"),
        (None, None, "hour", "UTC", "2026-11-21T00:00:00+00:00", "2026-11-21T07:45:00+00:00"),
        (None, "2026-03-31", "day", "Europe/Berlin", "2026-03-02T00:00:00+01:00", "2026-04-01T00:00:00+02:00"),
    ],
)
def test_days_and_moments_become_a_range_of_whole_quarters(
    first: str | None, last: str | None, interval: Interval, zone: str, start: str, end: str
) -> None:
    chosen = parse_range(first, last, interval, zone, NOW)

    assert (chosen.start.isoformat(), chosen.end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    ("first", "last", "interval", "zone", "message"),
    [
        ("yesterday", None, "day", "UTC", "from: use a day"),
        ("2026-13-01", None, "day", "UTC", "from: use a day"),
        (None, "2026-11-2", "day", "UTC", "to: use a day"),
        ("0001-01-01T00:00:00+14:00", "2026-11-01", "day", "UTC", "from: use a day"),
        ("2026-11-02", "2026-11-01", "day", "UTC", "from: must be before"),
        ("2026-11-21T05:00:00Z", "2026-11-21T05:00:00Z", "hour", "UTC", "from: must be before"),
        ("2026-01-01", "2026-11-01", "hour", "UTC", "from: at most 31 days"),
        ("2000-01-01", "2026-11-01", "day", "UTC", "from: at most 1096 days"),
        (None, None, "day", "Mars/Olympus", "tz: use a name"),
        (None, None, "day", "", "tz: use a name"),
        (None, None, "day", "Europe", "tz: use a name"),
        (None, None, "day", "../../etc/passwd", "tz: use a name"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused(
    first: str | None, last: str | None, interval: Interval, zone: str, message: str
) -> None:
    with pytest.raises(InvalidField, match=message):
        parse_range(first, last, interval, zone, NOW)


@given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=30))
def test_any_other_text_is_refused_in_the_same_way(first: str, last: str, zone: str) -> None:
    for given_zone in (zone, "UTC"):
        try:
            parse_range(first, last, "day", given_zone, NOW)
        except InvalidField:
            continue


def test_a_day_is_that_of_its_zone() -> None:
    # Given clicks around midnight in Berlin, which is 23:00 UTC
    chosen = parse_range("2026-11-20", "2026-11-21", "day", "Europe/Berlin", NOW)
    quarters = {
        "2026-11-20T22:45": Counter(android=1, bot=9),
        "2026-11-20T23:00": Counter(android=2),
        "2026-11-21T00:15": Counter(other=4),
        "2026-11-21T23:00": Counter(other=8),
    }

    found = summarise(chosen, quarters, NOBODY, Counts(), None)

    assert [(point.start.isoformat(), columns(point.counts)["clicks"], point.visitors) for point in found.points] == [
        ("2026-11-20T00:00:00+01:00", 1, None),
        ("2026-11-21T00:00:00+01:00", 6, None),
    ]
    assert columns(found.totals) == {"clicks": 7, "android": 3, "iphone": 0, "windowsphone": 0, "other": 4, "bots": 9}


@pytest.mark.parametrize("zone", ["Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "Pacific/Chatham"])
def test_a_day_off_by_a_part_of_an_hour_has_24_hours_and_is_one_point(zone: str) -> None:
    by_hour = summarise(parse_range(DAY, DAY, "hour", zone, NOW), {}, NOBODY, Counts(), None)
    by_day = summarise(parse_range(DAY, DAY, "day", zone, NOW), {}, NOBODY, Counts(), None)

    assert [point.start.strftime("%H:%M") for point in by_hour.points] == [f"{hour:02}:00" for hour in range(24)]
    assert [point.start.strftime("%d %H:%M") for point in by_day.points] == ["21 00:00"]


def test_clocks_that_change_by_half_an_hour_make_a_shorter_hour() -> None:
    chosen = parse_range("2026-04-05", "2026-04-05", "hour", "Australia/Lord_Howe", NOW)
    quarters = {
        f"2026-04-04T{time}": Counter(other=number) for time, number in zip(HALF_HOURS, (1, 2, 4, 8), strict=True)
    }

    found = summarise(chosen, quarters, NOBODY, Counts(), None)

    # At 02:00, clocks go back to 01:30.
    assert [(point.start.isoformat(), point.counts["other"]) for point in found.points[:4]] == [
        ("2026-04-05T00:00:00+11:00", 0),
        ("2026-04-05T01:00:00+11:00", 3),
        ("2026-04-05T01:30:00+10:30", 4),
        ("2026-04-05T02:00:00+10:30", 8),
    ]


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-21", 24)])
def test_days_on_which_the_clocks_change_are_shorter_or_longer(day: str, hours: int) -> None:
    chosen = parse_range(day, day, "hour", "Europe/Berlin", NOW)

    found = summarise(chosen, {}, NOBODY, Counts(), None)

    assert len(found.points) == hours
    assert len({point.start.isoformat() for point in found.points}) == hours


def test_visitors_are_known_for_settled_days_of_utc() -> None:
    visited = Visited({"2026-11-18": VisitorCount(5), "2026-11-20": VisitorCount(7)}, settled_until="2026-11-20")

    def visitors(first: str, zone: str) -> list[int | None]:
        chosen = parse_range(first, "2026-11-20", "day", zone, NOW)
        return [
            each.visitors and each.visitors.number for each in summarise(chosen, {}, visited, Counts(), None).points
        ]

    assert visitors("2026-11-18", "UTC") == [5, 0, None]
    assert visitors("2026-11-18", "Europe/London") == [5, 0, None]
    assert visitors("2026-11-18", "Europe/Berlin") == [None, None, None]
    assert visitors("2026-11-18T01:00:00Z", "UTC") == [None, 0, None]


def test_a_breakdown_comes_largest_first() -> None:
    chosen = parse_range("2026-11-21", "2026-11-21", "day", "UTC", NOW)
    quarters = {"2026-11-21T07:30": Counter(android=3, iphone=7, bot=2)}
    names = Counter({"country:DE": 4, "country:FR": 6, "country:AT": 4, "os:iOS": 10, "bot": 2, "country:XX": 0})

    assert summarise(chosen, quarters, NOBODY, names, "country").names == [("FR", 6), ("AT", 4), ("DE", 4)]
    assert summarise(chosen, quarters, NOBODY, names, "platform").names == [("IPhone", 7), ("Android", 3)]
