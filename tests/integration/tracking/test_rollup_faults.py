"""What holds after a fault at any call of the roll-up: each click is counted once."""

import pytest

from tests.faults import ALL_MODES, COSTLY_MODES, Fault, Mode, at_every_call
from tests.integration.tracking.callers import deliver, of, received
from tests.integration.tracking.world import BOT_AGENT, START, World

pytestmark = pytest.mark.slow

BUCKETS = 1


@COSTLY_MODES
def test_a_batch_that_is_delivered_again_counts_each_click_once(modes: tuple[Mode, ...], world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a batch over two campaigns and two hours
        world.now = START
        one, other = world.campaign(), world.campaign()
        early = [*world.click(one, 2), *world.click(other, 1, agent=BOT_AGENT)]
        world.pass_hours(1)
        late = [*world.click(other, 2, platform="IPhone"), *world.click(one, 2, country="DE")]
        records = [*early, *late]

        # When it is delivered until that succeeds
        deliver(fault, world.rollup, records)

        # Then each click counts once
        for campaign in (one, other):
            world.assert_live(campaign, of(campaign, records))

    assert at_every_call(scenario, *modes) >= 8


@ALL_MODES
def test_a_record_that_is_not_a_click_is_set_aside(mode: Mode, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given a record that is not a click between two that are
        campaign = world.campaign()
        first, poison, last = world.click(campaign, 3)
        poison["dynamodb"]["NewImage"]["platform"] = {"S": "Nokia"}

        # When they are delivered until that succeeds
        deliver(fault, world.rollup, [first, poison, last])

        # Then the clicks count once, and the other record waits for somebody to look at it
        world.assert_live(campaign, [first, last])
        assert {message["sequence"] for message in received()} == {poison["dynamodb"]["SequenceNumber"]}

    at_every_call(scenario, mode)
