"""What holds after a fault at any call while a user is deleted."""

from collections.abc import Mapping

import pytest

from signpost.platform.errors import Unavailable
from tests.faults import COSTLY_MODES, Fault, Mode, at_every_call
from tests.integration.messaging.deletion.test_deletion import World

pytestmark = pytest.mark.slow


@COSTLY_MODES
def test_whichever_call_fails_nothing_is_left_and_others_keep_what_is_theirs(
    modes: tuple[Mode, ...], data: object, environment: Mapping[str, str]
) -> None:
    def scenario(fault: Fault) -> None:
        world = World(environment)

        def leave() -> None:
            world.deletion.asked.ask(1)
            world.delete()

        fault.attempt(leave, Unavailable)
        if world.left():
            leave()

        world.check()

    assert at_every_call(scenario, *modes) > 20
