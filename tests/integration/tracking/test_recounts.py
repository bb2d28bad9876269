"""Concurrent recounts of one hour: the slower one takes nothing away, and neither leaves a click out."""

import pytest

from signpost.platform import aws
from signpost.platform.errors import Conflict
from signpost.tracking.settlement.recount import OutOfTime
from tests.aws_calls import just_before
from tests.integration.tracking.world import START, World

BUCKETS = 1


def test_a_click_that_comes_late_behind_an_unfinished_recount_is_counted(world: World) -> None:
    # Given a settled hour of two pages that is counted again for a late click, by a run that has time for one page
    world.clicks.page_size = 2
    campaign = world.campaign()
    records = [*world.click_at(START + 1, campaign, 2), *world.click_at(START + 2, campaign, 2)]
    world.pass_hours(2)
    world.settlement().settle_campaign(campaign)
    first = world.click_at(START + 3, campaign)
    world.roll_up(first)
    with pytest.raises(OutOfTime):
        world.settle_late(may_go_on=lambda: False)

    # When another late click arrives in the part that was already counted
    second = world.click_at(START, campaign)
    world.roll_up(second)
    world.settle_late()
    world.settle_late()

    # Then it counts as well
    world.assert_settled(campaign, [*records, *first, *second])


def test_a_slow_recount_takes_no_visitor_from_a_faster_one(world: World) -> None:
    # Given a run that has read an hour when a late click comes and another run settles it with that
    campaign = world.campaign()
    records = world.click(campaign, visitor="00000000000000aa")
    world.pass_hours(2)

    def faster_run() -> None:
        records.extend(world.click_at(START, campaign, visitor="00000000000000bb"))
        world.settlement().settle_campaign(campaign)

    # The slow run's first write is of the visitors.
    with just_before(aws.dynamodb(), "dynamodb.PutItem", faster_run), pytest.raises(Conflict):
        world.settlement().settle_campaign(campaign)

    # When the next hour of the day is settled
    records += world.click(campaign, visitor="00000000000000cc")
    world.pass_hours(2)
    world.settlement().settle_campaign(campaign)

    # Then the day has all its visitors
    world.assert_settled(campaign, records)
