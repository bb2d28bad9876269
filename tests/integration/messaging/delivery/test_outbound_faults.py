"""What holds after a fault at any call: nothing is sent twice, and what certainly was not sent is sent later."""

import pytest

from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests.faults import ALL_MODES, Fault, How, Mode, at_every_call
from tests.integration.messaging.delivery.world import World

pytestmark = pytest.mark.slow


def never_lost(fault: Fault) -> bool:
    """Whether the fault leaves no doubt, as nothing was done and somebody said so; and lets the claim be given up."""
    return fault.mode.how is How.THROTTLED and not fault.mode.lasting


@ALL_MODES
def test_an_sms_is_sent_at_most_once(mode: Mode, world: World) -> None:
    def scenario(fault: Fault) -> None:
        job = world.sms()

        fault.until_done(lambda: world.outbound.deliver(job), Unavailable)
        world.outbound.deliver(job)

        sent = len(world.texts(job))
        assert sent == 1 if never_lost(fault) else sent <= 1

    assert at_every_call(scenario, mode) >= 3


@ALL_MODES
def test_a_message_is_told_to_each_device_at_most_once(mode: Mode, world: World) -> None:
    def scenario(fault: Fault) -> None:
        tokens = [world.device(1, "ios"), world.device(2, "android")]
        job = world.message()

        fault.until_done(lambda: world.outbound.deliver(job), Unavailable)
        world.outbound.deliver(job)

        sent = [len(world.pushes(token)) for token in tokens]
        assert sent == [1, 1] if never_lost(fault) else max(sent) <= 1

    assert at_every_call(scenario, mode) >= 10


@ALL_MODES
def test_a_push_through_a_new_endpoint_is_sent_at_most_once(mode: Mode, world: World) -> None:
    def scenario(fault: Fault) -> None:
        # Given an endpoint that SNS does not know any more
        token = world.device(1, "ios")
        world.outbound.deliver(world.push())
        aws.sns().delete_endpoint(EndpointArn=world.stored_device(1)["endpoint"])
        job = world.push()

        fault.until_done(lambda: world.outbound.deliver(job), Unavailable)
        world.outbound.deliver(job)

        assert len(world.pushes(token)) <= 2

    assert at_every_call(scenario, mode) >= 5
