from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.platform.errors import InvalidField
from signpost.tracking.counting.counts import Counts
from signpost.tracking.hours import hour_of
from signpost.tracking.reports.statistics import Interval, columns, parse_range, summarise

NOW = 1_795_246_500.0  # 2026-11-21T07:35:00Z
DAY = "2026-11-21"


@pytest.mark.parametrize(
    ("first", "last", "interval", "zone", "start", "end"),
    [
        ("2026-11-01", "2026-11-02", "day", "UTC", "2026-11-01T00:00:00+00:00", "2026-11-03T00:00:00+00:00"),
        ("2026-11-01", "2026-11-01", "day", "Europe/Berlin", "2026-11-01T00:00:00+01:00", "2026-11-02T00:00:00+01:00"),
        (f"{DAY}T05:30:00Z", f"{DAY}T06:30:00Z", "hour", "UTC", f"{DAY}T05:00:00+00:00", f"{DAY}T07:00:00+00:00"),
        (f"{DAY}T05:00:00", None, "hour", "Europe/Berlin", f"{DAY}T05:00:00+01:00", f"{DAY}T09:00:00+01:00"),
        (None, None, "day", "UTC", "2026-10-23T00:00:00+00:00", "2026-11-21T08:00:00+00:00"),
        (None, None, "hour", "UTC", "2026-11-21T00:00:00+00:00", "2026-11-21T08:00:00+00:00"),
        (None, "2026-03-31", "day", "Europe/Berlin", "2026-03-02T00:00:00+01:00", "2026-04-01T00:00:00+02:00"),
    ],
)
def test_days_and_moments_become_a_range_of_whole_hours(
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


def test_a_day_of_a_zone_has_the_hours_that_begin_in_it() -> None:
    # Given clicks in the hours around midnight in Berlin, which is 23:00 UTC
    chosen = parse_range("2026-11-20", "2026-11-21", "day", "Europe/Berlin", NOW)
    hours = {
        "2026-11-20T22": Counter(android=1, bot=9),
        "2026-11-20T23": Counter(android=2),
        "2026-11-21T00": Counter(other=4),
    }

    found = summarise(chosen, hours, {"2026-11-20": 5}, Counts(), None)

    assert [(point.start.isoformat(), columns(point.counts)["clicks"], point.visitors) for point in found.points] == [
        ("2026-11-20T00:00:00+01:00", 1, None),
        ("2026-11-21T00:00:00+01:00", 6, None),
    ]
    assert columns(found.totals) == {"clicks": 7, "android": 3, "iphone": 0, "windowsphone": 0, "other": 4, "bots": 9}


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-11-21", 24)])
def test_days_on_which_the_clocks_change_are_shorter_or_longer(day: str, hours: int) -> None:
    chosen = parse_range(day, day, "hour", "Europe/Berlin", NOW)

    found = summarise(chosen, {}, {}, Counts(), None)

    assert len(found.points) == hours
    assert len({point.start.isoformat() for point in found.points}) == hours


def test_visitors_are_known_for_days_of_utc() -> None:
    chosen = parse_range("2026-11-20", "2026-11-21", "day", "UTC", NOW)

    found = summarise(chosen, {}, {"2026-11-20": 5}, Counts(), None)

    assert [point.visitors for point in found.points] == [5, 0]


def test_a_breakdown_comes_largest_first() -> None:
    chosen = parse_range("2026-11-21", "2026-11-21", "day", "UTC", NOW)
    hours = {"2026-11-21T07": Counter(android=3, iphone=7, bot=2)}
    names = Counter({"country:DE": 4, "country:FR": 6, "country:AT": 4, "os:iOS": 10, "bot": 2, "country:XX": 0})

    assert summarise(chosen, hours, {}, names, "country").names == [("FR", 6), ("AT", 4), ("DE", 4)]
    assert summarise(chosen, hours, {}, names, "platform").names == [("IPhone", 7), ("Android", 3)]


@given(
    st.sampled_from(
        ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"]
    ),
    st.integers(min_value=0, max_value=400),
    st.integers(min_value=0, max_value=40),
)
def test_every_hour_of_a_range_is_in_exactly_one_day(zone: str, begin: int, length: int) -> None:
    first = datetime.fromisoformat("2026-01-01").date() + timedelta(days=begin)
    chosen = parse_range(first.isoformat(), (first + timedelta(days=length)).isoformat(), "day", zone, NOW)
    hours = {hour: Counter(android=1) for hour in chosen.hours}

    found = summarise(chosen, hours, {}, Counts(), None)

    assert found.totals["android"] == len(chosen.hours)
    # A zone may skip a day altogether, or have clocks that change by less than an hour.
    assert abs(len(found.points) - (length + 1)) <= 1
    assert all(hour_of(point.start.timestamp()) for point in found.points)
