"""What holds after a fault at any call of the relay: every job arrives, and the totals count each record once."""

import pytest

from tests.faults import ALL_MODES, Fault, Mode, at_every_call
from tests.integration.messaging.relay.world import World
from tests.stream_records import SHARD

pytestmark = pytest.mark.slow


@ALL_MODES
def test_a_batch_is_relayed_whole_and_counted_once(mode: Mode, world: World) -> None:
    expected = {"messages": 0, "videos": 0, "received": 0}

    def scenario(fault: Fault) -> None:
        batch = [world.sms(), world.copy(), world.video(), world.copy()]
        for name, number in (("messages", 1), ("videos", 1), ("received", 2)):
            expected[name] += number
        attempt = fault.attempt(lambda: world.relay.apply(SHARD, batch))
        if attempt.reply is None or attempt.reply.again:
            assert world.relay.apply(SHARD, batch).again == []

        assert world.totals() == expected
        assert len({str(job) for job in world.queued("sms")}) == 1
        assert len({str(job) for job in world.queued("push")}) == 2
        world.queued("jobs")

    assert at_every_call(scenario, mode) >= 5
