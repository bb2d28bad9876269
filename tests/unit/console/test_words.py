"""Numbers, changes, times and periods as pages say them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from signpost.console import periods, words

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
NOW = 1_795_244_400.0 + 1800  # Saturday 2026-11-21, 08:30 in Copenhagen


@pytest.mark.parametrize(("value", "text"), [(None, "–"), (0, "0"), (1204, "1,204"), (-3, "−3"), (2.5, "2.5")])
def test_numbers_have_separators(value: float | None, text: str) -> None:
    assert words.count(value) == text


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [(109.4, 100, ("+9.4%", "up")), (1, 2, ("−50.0%", "down")), (2, 2, ("±0%", "")), (5, 0, None)],
)
def test_a_change_has_a_sign_and_needs_something_before(
    now: float, before: float, said: tuple[str, str] | None
) -> None:
    assert words.change(now, before) == said


@pytest.mark.parametrize(("part", "whole", "text"), [(1, 2, "50%"), (1, 1000, "<1%"), (0, 9, "0%"), (0, 0, "–")])
def test_a_small_share_is_not_called_none(part: float, whole: float, text: str) -> None:
    assert words.share(part, whole) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [(-5, "just now"), (59, "just now"), (300, "5 min ago"), (7200, "2 h ago"), (90_000, "20 Nov 2026, 07:30")],
)
def test_times_of_today_are_said_from_now(passed: float, text: str) -> None:
    assert words.ago(NOW - passed, NOW, COPENHAGEN) == text


@pytest.mark.parametrize(
    ("zone", "text"),
    [("UTC", "UTC"), ("Europe/Copenhagen", "Europe/Copenhagen (CET)"), ("Asia/Dubai", "Asia/Dubai (UTC+04)")],
)
def test_a_zone_is_named(zone: str, text: str) -> None:
    assert words.zone_name(ZoneInfo(zone), NOW) == text


@pytest.mark.parametrize(
    ("key", "start", "before"),
    [
        ("24h", "2026-11-20T09:00", "2026-11-19T09:00"),
        ("7d", "2026-11-15T00:00", "2026-11-08T00:00"),
        ("30d", "2026-10-23T00:00", "2026-09-23T00:00"),
        ("12m", "2025-12-01T00:00", "2024-12-01T00:00"),
    ],
)
def test_a_period_ends_with_the_running_hour_and_has_one_before_it(key: str, start: str, before: str) -> None:
    period = periods.PERIODS[key]
    span = periods.span(period, COPENHAGEN, NOW)
    earlier = periods.before(span, period)

    assert span.start == datetime.fromisoformat(start).replace(tzinfo=COPENHAGEN)
    assert span.end == datetime(2026, 11, 21, 9, tzinfo=COPENHAGEN)
    assert earlier.start == datetime.fromisoformat(before).replace(tzinfo=COPENHAGEN)


def test_months_are_summed_and_the_running_one_is_unfinished() -> None:
    starts = [
        datetime(2026, 10, 31, tzinfo=COPENHAGEN),
        datetime(2026, 11, 1, tzinfo=COPENHAGEN),
        datetime(2026, 11, 2, tzinfo=COPENHAGEN),
    ]

    made = periods.points(starts, [1, 2, 3], [], periods.PERIODS["12m"])

    assert [(each.name, each.value, each.unfinished) for each in made] == [
        ("October 2026", 1, False),
        ("November 2026", 5, True),
    ]
