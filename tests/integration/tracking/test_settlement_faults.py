"""What holds after a fault at any call of a recount: every number is right in the end."""

from contextlib import suppress

import pytest

from signpost.platform import aws
from signpost.platform.errors import Conflict, Unavailable
from signpost.tracking.settlement.recount import OutOfTime
from tests.aws_calls import at_call
from tests.faults import COSTLY, COSTLY_MODES, Fault, Mode, at_every_call
from tests.integration.tracking.callers import settle
from tests.integration.tracking.world import START, World

pytestmark = pytest.mark.slow

BUCKETS = 1


@COSTLY_MODES
def test_live_hours_are_settled_once(modes: tuple[Mode, ...], world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given two hours whose live counts are wrong
        world.now = START
        campaign = world.campaign()
        records = world.click(campaign, 3, visitor="00000000000000aa")
        world.roll_up(records[1:])
        world.pass_hours(1)
        records += world.click(campaign, 2, platform="IPhone")
        world.pass_hours(1.5)

        # When a run is struck and, if it was not done, the next one is not
        fault.until_done(lambda: world.settlement().settle_campaign(campaign), Unavailable, Conflict)

        # Then every number is right
        world.assert_settled(campaign, records)

    at_every_call(scenario, *modes)


def test_a_whole_run_is_done_by_the_next_one(world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a campaign with a settled hour that got a late click, and an hour to be settled
        world.now = START
        campaign = world.campaign()
        world.pass_hours(2)
        world.settlement().settle_campaign(campaign)
        records = world.click(campaign, 2)
        late = world.click_at(START, campaign)
        world.counts.ask_recount(campaign, "2026-11-21T07", "token")
        world.pass_hours(2)

        # When a run is struck
        fault.until_done(lambda: settle(world, campaign), Unavailable)

        # Then every number is right
        world.assert_settled(campaign, [*records, *late])

    at_every_call(scenario, *Mode)


@pytest.mark.parametrize(
    ("counted_before", "modes"),
    [*((2, modes) for modes in COSTLY), (0, tuple(Mode))],
    ids=[*(f"counted-{modes[0].name.lower()}" for modes in COSTLY), "empty"],
)
def test_a_late_click_counts_once(modes: tuple[Mode, ...], counted_before: int, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a settled hour and a click that is stored in it later
        world.now = START
        campaign = world.campaign()
        records = world.click(campaign, counted_before) if counted_before else []
        world.pass_hours(2)
        world.settlement().settle_campaign(campaign)
        late = world.click_at(START, campaign, platform="IPhone")

        def come_late() -> None:
            if world.roll_up(late).again:
                raise Unavailable("delivered again")
            world.settle_late()

        # When its record is delivered and late hours are counted again, until both are done
        fault.until_done(come_late, Unavailable, Conflict)

        # Then it counts once
        world.assert_settled(campaign, [*records, *late])
        assert list(world.counts.recount_requests()) == []

    at_every_call(scenario, *modes)


@COSTLY_MODES
def test_a_recount_page_by_page_counts_once(modes: tuple[Mode, ...], world: World) -> None:
    world.clicks.page_size = 2

    def scenario(fault: Fault) -> None:
        # Given an hour of two pages
        world.now = START
        campaign = world.campaign()
        records = [record for number in range(3) for record in world.click(campaign, visitor=f"{number:016x}")]
        world.pass_hours(2)

        def run_until_done() -> None:
            with suppress(OutOfTime):
                world.settlement(may_go_on=lambda: False).settle_campaign(campaign)
            world.settlement().settle_campaign(campaign)

        # When it is recounted by a run that has time for one page, and by the next one
        fault.until_done(run_until_done, Unavailable, Conflict)

        # Then each click counts once, and no progress is left behind
        world.assert_settled(campaign, records)
        assert world.counts.progress(campaign) is None

    at_every_call(scenario, *modes)


@COSTLY_MODES
def test_the_slower_of_two_concurrent_runs_changes_nothing(modes: tuple[Mode, ...], world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given an hour, and a run that is about to write it when another run counts it with a late click
        world.now = START
        campaign = world.campaign()
        records = world.click(campaign, 2)
        world.pass_hours(2)

        faster_runs = [world.settlement()]

        def let_it_go_first(**_: object) -> None:
            while faster_runs:
                with fault.paused():
                    records.extend(world.click_at(START, campaign, platform="IPhone"))
                    faster_runs.pop().settle_campaign(campaign)

        # When the slower one is struck or meets the conflict
        with at_call(aws.dynamodb(), "before-call.dynamodb.TransactWriteItems", let_it_go_first):
            fault.attempt(lambda: world.settlement().settle_campaign(campaign), Unavailable, Conflict)
        world.settlement().settle_campaign(campaign)

        # Then every click counts once
        world.assert_settled(campaign, records)

    at_every_call(scenario, *modes)
