"""The overview's figures in zones whose hours and days do not begin with those of UTC."""

from zoneinfo import ZoneInfo

from signpost.console import periods
from signpost.console.links import listing
from signpost.console.overview import views
from signpost.tracking.counting.counts import ClickHistory, Counts
from signpost.tracking.counting.visitors import VisitorCount
from signpost.tracking.hours import quarters_between

NOW = 1_795_244_400.0  # 2026-11-21T07:00:00Z
KATHMANDU = ZoneInfo("Asia/Kathmandu")  # 5:45 ahead of UTC: days begin at 18:15
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")  # clocks go from 2:00 to 2:30 on 2026-10-04, at 15:30Z


def test_today_begins_at_midnight_on_the_clock() -> None:
    # Given clicks in the quarters before and after midnight, and now, at 12:45
    quarters = {
        "2026-11-20T18:00": Counts(iphone=50, bot=1),
        "2026-11-20T18:15": Counts(iphone=1),
        "2026-11-21T06:00": Counts(other=2),
        "2026-11-21T06:15": Counts(android=4),
        "2026-11-21T07:00": Counts(android=8),
    }
    history = ClickHistory(quarters, {"2026-11-20": VisitorCount(9)})

    # Then today has those after it, each in the hour that clocks showed
    points = views.today_points(quarters, KATHMANDU, NOW)
    assert [(each.label, each.value) for each in points if each.value] == [("00:00", 1), ("11:00", 2), ("12:00", 12)]
    assert [each.label for each in points if each.unfinished] == ["12:00"]
    assert [each.value for each in points[13:]] == [None] * 11
    tiles = views.tiles(quarters, [history], KATHMANDU, NOW)
    assert (tiles.today, tiles.week, tiles.visitors, tiles.bots) == ("15", "65", "9", "1")
    assert listing.daily(quarters, KATHMANDU, NOW)[-1] == 50


def test_today_is_compared_with_the_same_time_a_week_ago() -> None:
    quarters = {
        "2026-11-13T18:00": Counts(other=100),  # the evening before
        "2026-11-13T18:15": Counts(other=1),
        "2026-11-14T06:45": Counts(other=1),
        "2026-11-14T07:00": Counts(other=100),  # from 12:45, the quarter of an hour that is running today
        "2026-11-21T01:00": Counts(other=3),
    }

    change = views.tiles(quarters, [], KATHMANDU, NOW).today_change

    assert change
    assert change.text == "+50.0%"


def test_visitors_are_not_known_before_a_day_is_settled() -> None:
    quarters = {"2026-11-21T06:00": Counts(other=2)}

    tiles = views.tiles(quarters, [ClickHistory(quarters, {})], KATHMANDU, NOW)

    assert (tiles.visitors, tiles.visitors_note) == ("–", "known once the UTC day is over")


def test_a_day_on_which_clocks_change_by_half_an_hour_has_every_quarter_once() -> None:
    begin = 1_791_034_200.0  # midnight there, 2026-10-03T13:30:00Z
    end = begin + 23.5 * 3600
    quarters = {name: Counts(other=1) for name in quarters_between(int(begin), int(end))}

    points = views.today_points(quarters, LORD_HOWE, end - 1)

    assert [each.label for each in points[:5]] == ["00:00", "01:00", "02:30", "03:00", "04:00"]
    assert [each.value for each in points] == [4, 4, 2, *[4] * 21]
    assert sum(each.value or 0 for each in points) == len(quarters)


def test_the_running_hour_is_that_of_the_clock() -> None:
    assert periods.this_hour(KATHMANDU, NOW + 59).isoformat() == "2026-11-21T12:00:00+05:45"
    assert periods.next_hour(KATHMANDU, NOW + 59).isoformat() == "2026-11-21T13:00:00+05:45"
