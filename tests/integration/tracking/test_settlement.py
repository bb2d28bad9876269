"""Settled counts: equal to the distinct clicks, whatever the stream did with them."""

from collections.abc import Callable
from contextlib import suppress
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from signpost.platform import aws
from signpost.platform.errors import Conflict, Unavailable
from signpost.tracking.counting.counts import MAX_NAMES, TOTALS
from signpost.tracking.counting.stored import StoredClick
from signpost.tracking.counting.visitors import VisitorCount, Visitors
from signpost.tracking.settlement.recount import OutOfTime, Tally
from tests.aws_calls import at_call, just_before
from tests.integration.tracking.world import LAYOUT, START, Rolled, World


def refuse(word: str) -> Callable[..., None]:
    """Throttles the requests that have this word in them."""

    def act(params: Any, **_: object) -> None:
        if word in str(params["body"]):
            raise Unavailable("throttled")

    return act


def test_an_hour_is_settled_ten_minutes_after_its_end(world: World) -> None:
    campaign = world.campaign()
    world.click(campaign, 5)

    world.pass_hours(1)
    assert world.settle(campaign).hours == 0
    world.now += 600
    assert world.settle(campaign).hours == 1

    assert all(quarter.settled for quarter in world.quarters(campaign, "2026-11-21T07").values())
    assert world.counts.total(campaign).settled_until == "2026-11-21T08"
    assert world.shown(campaign) == {"android": 5}


def test_settling_heals_what_the_stream_lost_doubled_and_parked(world: World) -> None:
    # Given live counts that are wrong in each way
    campaign = world.campaign()
    records = world.click(campaign, 10)
    world.roll_up(records[2:5])
    world.roll_up(records[4:8], "shardId-2")
    assert world.shown(campaign) == {"android": 7}

    # When the hour is settled
    world.pass_hours(2)
    world.settle(campaign)

    # Then they are right, and stay right when the stream delivers everything once more
    assert world.shown(campaign) == {"android": 10}
    world.roll_up(records)
    world.settle(campaign)
    world.settle(campaign)
    assert world.shown(campaign) == {"android": 10}


def test_settling_again_and_again_counts_nothing_twice(world: World) -> None:
    campaign = world.campaign()
    for _ in range(3):
        world.click(campaign, 4)
        world.pass_hours(1)
    world.pass_hours(1)

    assert [world.settle(campaign).hours for _ in range(3)] == [3, 0, 0]

    assert world.shown(campaign) == {"android": 12}


def test_open_hours_are_shown_on_top_of_the_settled_ones(world: World) -> None:
    campaign = world.campaign()
    world.roll_up(world.click(campaign, 4))
    world.pass_hours(3)
    world.settle(campaign)
    world.roll_up(world.click(campaign, 2, platform="IPhone"))

    assert world.shown(campaign) == {"android": 4, "iphone": 2}


def test_a_quiet_night_is_passed_over_without_items(world: World) -> None:
    campaign = world.campaign()
    world.pass_hours(30)

    world.settle(campaign)

    assert world.counts.total(campaign).settled_until == "2026-11-22T12"
    assert world.counts.quarters(campaign, "0", "~") == {}


def test_a_night_is_not_passed_over_twice(world: World) -> None:
    campaign = world.campaign()
    total = world.counts.total(campaign)
    world.counts.skip_to(campaign, total, "2026-11-21T09")

    with pytest.raises(Conflict):
        world.counts.skip_to(campaign, total, "2026-11-21T08")

    assert world.counts.total(campaign).settled_until == "2026-11-21T09"


@pytest.mark.parametrize("counted_before", [0, 3])
@pytest.mark.parametrize("stream_delivers", [True, False])
def test_a_late_click_has_its_hour_counted_again(world: World, counted_before: int, stream_delivers: bool) -> None:
    # Given an hour that is settled, with or without clicks
    campaign = world.campaign()
    world.click_each(campaign, [{}] * counted_before)
    world.pass_hours(5)
    world.settle(campaign)

    # When a click of that hour is restored, and its stream record comes or not
    records = world.click_at(START + 60, campaign, 2, platform="IPhone")
    if stream_delivers:
        world.roll_up(records)
        world.roll_up(records)
    else:
        world.counts.ask_recount(campaign, "2026-11-21T07", "token")
    world.settle(campaign)
    world.settle(campaign)

    # Then it counts, once, in the hour, in its day and in the total
    expected = {name: number for name, number in {"android": counted_before, "iphone": 2}.items() if number}
    assert world.shown(campaign) == expected
    for period in (
        world.hour(campaign, "2026-11-21T07"),
        world.counts.days(campaign, "0", "~")["2026-11-21"].counts,
    ):
        assert {name: period[name] for name in TOTALS if period[name]} == expected
    assert list(world.counts.recount_requests()) == []


def test_a_request_that_is_renewed_during_the_recount_is_kept(world: World) -> None:
    campaign = world.campaign()
    world.click(campaign, 1)
    world.pass_hours(3)
    world.settle(campaign)
    world.counts.ask_recount(campaign, "2026-11-21T07", "first")

    def renew() -> None:
        world.counts.ask_recount(campaign, "2026-11-21T07", "second")

    with just_before(aws.dynamodb(), "dynamodb.DeleteItem", renew):
        world.settle(campaign)

    assert [request.token for request in world.counts.recount_requests()] == ["second"]


def test_a_click_that_comes_between_recount_and_settling_is_not_lost(world: World) -> None:
    # Given a click that is stored and rolled up after its hour is recounted and before that is written
    campaign = world.campaign()
    world.roll_up(world.click(campaign, 3))
    world.pass_hours(2)

    def click_late() -> None:
        world.roll_up(world.click_at(START, campaign))

    # When the hour is settled, the write is refused once and the recount repeated
    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", click_late):
        assert world.settle(campaign).failures == []

    assert world.shown(campaign) == {"android": 4}


def test_two_concurrent_runs_settle_an_hour_once(world: World) -> None:
    campaign = world.campaign()
    world.click(campaign, 5)
    world.pass_hours(2)

    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", lambda: world.settle(campaign)):
        assert world.settle(campaign).failures == []

    assert world.shown(campaign) == {"android": 5}


def test_a_recount_that_runs_out_of_time_continues_where_it_stopped(world: World) -> None:
    # Given an hour of several pages, and runs that have time for one page each
    world.clicks.page_size = 4
    campaign = world.campaign()
    world.click(campaign, 30)
    world.pass_hours(2)

    # When they run until one of them is done
    runs = 0
    while not world.counts.total(campaign).settled_until:
        runs += 1
        budget = iter([True])
        assert runs < 60
        with suppress(OutOfTime):
            world.settle(campaign, may_go_on=lambda: runs >= 20 or next(budget, False))  # noqa: B023

    # Then every click was read, nearly all of them once, and counts once
    assert world.shown(campaign) == {"android": 30}
    assert len(set(world.clicks.read)) == 30
    assert runs > 2
    assert world.counts.progress(campaign) is None


def test_progress_is_discarded_once_the_hour_has_changed(world: World) -> None:
    campaign = world.campaign()
    world.roll_up(world.click(campaign, 8))
    world.pass_hours(2)
    with pytest.raises(OutOfTime):
        world.settle(campaign, may_go_on=lambda: False)
    world.roll_up(world.click_at(START, campaign, 2))

    world.settle(campaign)

    assert world.shown(campaign) == {"android": 10}


def test_a_click_that_cannot_be_read_is_reported_and_holds_up_nothing(world: World) -> None:
    campaign = world.campaign()
    (record,) = world.click(campaign, 1)
    key = record["dynamodb"]["NewImage"]["partition"]["S"]
    world.store([{"partition": key, "click": "0", "platform": "Nokia"}])
    world.store([{"partition": key, "click": "1", "platform": "Android", "visitor": "not hexadecimal"}])
    world.pass_hours(2)

    world.settle(campaign)

    assert world.shown(campaign) == {"android": 1}
    assert world.unreadable == [{"partition": key, "click": "0"}, {"partition": key, "click": "1"}]


def test_many_visitors_of_a_day_are_estimated_from_a_bounded_number(world: World) -> None:
    # Given more visitors than are kept, in several hours, of which some come again
    campaign, random = world.campaign(), Random(7)
    everybody = [random.randbytes(8).hex() for _ in range(240)]
    for first in (0, 80, 160):
        world.click_each(campaign, [{"visitor": visitor} for visitor in everybody[max(0, first - 30) : first + 80]])
        world.pass_hours(1)
    world.pass_hours(1)

    # When the hours are settled, and one of them again
    world.settle(campaign, most_visitors=40)
    estimated = world.counts.days(campaign, "0", "~")["2026-11-21"].visitors
    world.counts.ask_recount(campaign, "2026-11-21T08", "token")
    world.settle(campaign, most_visitors=40)

    # Then the day says that its number is an estimate, and a bounded number of pseudonyms is stored
    assert estimated == world.counts.days(campaign, "0", "~")["2026-11-21"].visitors
    assert estimated.approximate
    assert 120 < estimated.number < 480
    assert len(world.counts.visitors(campaign, "2026-11-21", 40)[0].kept) == 40


def test_made_up_names_in_an_hour_are_summed_up_while_it_is_counted(world: World) -> None:
    campaign = world.campaign()
    tally = Tally({}, Visitors(most=10))
    for number in range(12_000):
        click = StoredClick(campaign, "2026-11-21T07:00", START, ("android", f"source:{number}", "source:bio"), number)
        tally.add(click)
        assert len(tally.counts["2026-11-21T07:00"]) <= 10_003

    (counts,) = tally.bounded().values()
    assert counts["android"] == 12_000
    assert counts["source:bio"] == 12_000
    assert sum(number for name, number in counts.items() if name.startswith("source:")) == 24_000
    assert tally.visitors.kept == list(range(10))


@pytest.mark.parametrize(
    "partition",
    ["7#garbage#0", "7#2026-11-21T07:00#0", "7#2026-11-21T7#0", "x#2026-11-21T07#0", "7#2026-11-21T07#x", "7"],
)
def test_an_invalid_partition_is_set_aside_by_the_stream_and_blocks_nothing(world: World, partition: str) -> None:
    # Given a record whose partition cannot be one, before a good one
    campaign = world.campaign()
    poison, good = world.click(campaign, 2)
    poison["dynamodb"]["NewImage"]["partition"] = {"S": partition}

    # When they are delivered
    rolled = world.roll_up([poison, good])

    # Then it is set aside and counted nowhere
    assert rolled == Rolled(poison=[poison["dynamodb"]["SequenceNumber"]], again=[])
    assert (world.shown(campaign), world.shown("7")) == ({"android": 1}, {})


def test_counts_of_an_invalid_period_are_not_shown(world: World, tables: Any) -> None:
    campaign = world.campaign()
    world.roll_up(world.click(campaign))
    tables.Table("ClickCounts").put_item(
        Item={"campaign": campaign, "period": "quarter#garbage", "android": 5, "revision": 1}
    )

    assert world.shown(campaign) == {"android": 1}
    assert world.counts.current_of([campaign], world.now) == {campaign: {"android": 1}}


@pytest.mark.parametrize("period", ["garbage", "7#garbage", "x#2026-11-21T07", "7#2999-01-01T00", "7#2026-11-21T07#0"])
def test_an_invalid_request_is_reported_and_stops_no_settlement(world: World, tables: Any, period: str) -> None:
    # Given a request for a recount that our code cannot have made, and a campaign to be settled
    tables.Table("ClickCounts").put_item(Item={"campaign": "recount", "period": period})
    campaign = world.campaign()
    world.click(campaign, 3)
    world.pass_hours(2)

    result = world.settle(campaign)

    assert (result.hours, result.failures) == (1, [])
    assert world.unreadable == [{"campaign": "recount", "period": period}]
    assert list(world.counts.recount_requests()) == []


def test_a_defect_with_one_campaign_does_not_stop_the_others(world: World, tables: Any) -> None:
    # Given a campaign whose items nobody expected
    broken, fine = world.campaign(), world.campaign()
    tables.Table("ClickCounts").put_item(Item={"campaign": broken, "period": "total", "settled_until": "garbage"})
    world.click(fine, 2)
    world.pass_hours(2)

    result = world.settle(broken, fine)

    assert [(campaign, type(error)) for campaign, error in result.failures] == [(broken, ValueError)]
    assert world.counts.total(fine).counts == {"android": 2}


def test_one_broken_campaign_does_not_stop_the_others(world: World) -> None:
    broken, fine = world.campaign(), world.campaign()
    world.click(broken, 1)
    world.click(fine, 2)
    world.pass_hours(2)

    with at_call(aws.dynamodb(), "before-call.dynamodb.GetItem", refuse(broken)):
        result = world.settle(broken, fine)

    assert [campaign for campaign, _ in result.failures] == [broken]
    assert world.counts.total(fine).counts == {"android": 2}


def test_an_hour_that_always_changes_is_left_to_the_next_run(world: World) -> None:
    campaign = world.campaign()
    world.click(campaign, 1)
    world.pass_hours(2)

    def change(**_: object) -> None:
        raise Conflict("changed")

    with at_call(aws.dynamodb(), "before-call.dynamodb.TransactWriteItems", change):
        assert len(world.settle(campaign).failures) == 1

    world.settle(campaign)
    assert world.shown(campaign) == {"android": 1}


def test_hours_whose_clicks_have_expired_keep_their_counts(world: World) -> None:
    # Given an hour that was counted live and never settled, and one that was settled, both older than their clicks
    forgotten, settled = world.campaign(), world.campaign()
    world.roll_up(world.click(forgotten, 3) + world.click(settled, 4))
    world.pass_hours(2)
    world.settle(settled)
    world.pass_hours(24 * LAYOUT.retention_days)
    deleted = SimpleNamespace(pages=lambda *_: iter(()))

    # When a late click asks for a recount
    world.counts.ask_recount(settled, "2026-11-21T07", "token")
    world.settle(forgotten, settled, clicks=deleted)

    # Then nothing is counted again from what is no longer there
    assert world.shown(forgotten) == {"android": 3}
    assert world.shown(settled) == {"android": 4}
    assert list(world.counts.recount_requests()) == []


def test_a_day_is_the_sum_of_its_hours_and_never_too_large(world: World) -> None:
    campaign = world.campaign()
    for hour in range(3):
        world.click_each(campaign, [{"source": f"{hour}-{number}"} for number in range(60)])
        world.pass_hours(1)
    world.pass_hours(1)

    world.settle(campaign)

    day = world.counts.days(campaign, "0", "~")["2026-11-21"].counts
    sources = [number for name, number in day.items() if name.startswith("source:")]
    assert day["android"] == sum(sources) == 180
    assert len(sources) <= MAX_NAMES + 1


def test_a_request_for_an_hour_that_is_not_settled_waits(world: World) -> None:
    campaign = world.campaign()
    world.counts.ask_recount(campaign, "2026-11-21T07", "token")

    world.settle(campaign)

    assert len(list(world.counts.recount_requests())) == 1


def test_one_late_hour_that_fails_does_not_stop_the_others(world: World) -> None:
    # Given late clicks in two campaigns' hours
    broken, fine = world.campaign(), world.campaign()
    world.pass_hours(3)
    world.settle(broken, fine)
    for campaign in (broken, fine):
        world.click_at(START, campaign, 2)
        world.counts.ask_recount(campaign, "2026-11-21T07", "token")

    # When one of them cannot be counted
    with at_call(aws.dynamodb(), "before-call.dynamodb.GetItem", refuse(broken)):
        assert [campaign for campaign, _ in world.settle(fine).failures] == [broken]

    # Then the other one is, and the first one is next time
    assert (world.shown(fine), world.shown(broken)) == ({"android": 2}, {})
    world.settle(broken)
    assert world.shown(broken) == {"android": 2}


def test_a_days_visitors_are_counted_once_however_often_they_come(world: World) -> None:
    # Given three people in one hour and two of them again in the next, bots, and one who must not be tracked
    campaign = world.campaign()
    for visitor in ("aaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "ffffffffffffffff"):
        world.click(campaign, 2, visitor=visitor)
    world.click(campaign, 1, visitor="1111111111111111", agent="Googlebot/2.1")
    world.click(campaign, 1)
    world.pass_hours(1)
    for visitor in ("aaaaaaaaaaaaaaaa", "ffffffffffffffff"):
        world.click(campaign, 1, visitor=visitor)
    world.pass_hours(2)

    # When the hours are settled, twice
    world.settle(campaign)
    world.counts.ask_recount(campaign, "2026-11-21T07", "token")
    world.settle(campaign)

    # Then the day had three, and knows its quarters
    day = world.counts.days(campaign, "0", "~")["2026-11-21"]
    assert day.visitors == VisitorCount(3)
    assert day.quarters == {"07:00": {"android": 7, "bot": 1}, "08:00": {"android": 2}}
