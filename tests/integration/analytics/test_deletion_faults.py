"""What holds after a fault at any call while a member is deleted."""

import pytest

from signpost.analytics.deletion.messages import deletion
from signpost.instagram.products import Provider
from tests.faults import COSTLY_MODES, Fault, Mode, at_every_call
from tests.integration.analytics.leavers import DONE, FAILED, LEFT, World
from tests.integration.analytics.world import NOW
from tests.integration.conftest import Handlers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def world(handlers: Handlers) -> World:
    return World(handlers)


@COSTLY_MODES
def test_whichever_call_fails_nothing_is_left_of_a_member(modes: tuple[Mode, ...], world: World) -> None:
    other = world.member()
    before = world.left(other.id)

    def scenario(fault: Fault) -> None:
        world.now = NOW
        member = world.member(products=tuple(Provider))
        world.now = LEFT

        attempt = fault.attempt(lambda: world.take(deletion(member.id, LEFT)))
        if attempt.reply != DONE:
            assert attempt.killed or attempt.reply == FAILED
            assert world.take(deletion(member.id, LEFT)) == DONE
        world.erase_accounts()
        world.take_events()

        assert world.left(member.id) == []

    assert at_every_call(scenario, *modes) > 15
    assert world.left(other.id) == before


@COSTLY_MODES
def test_whichever_call_fails_an_event_takes_effect(modes: tuple[Mode, ...], world: World) -> None:
    def scenario(fault: Fault) -> None:
        world.now = NOW
        member = world.member(products=())
        event = {
            "source": "signpost.instagram",
            "detail-type": "AccountErased",
            "time": "2026-11-21T07:01:40Z",
            "detail": {"install": f"facebook-{member.id}", "account": member.id},
        }
        world.now = LEFT

        attempt = fault.attempt(lambda: world.take(event))
        if attempt.reply != DONE:
            assert attempt.killed or attempt.reply == FAILED
            assert world.take(event) == DONE

        assert world.left(member.id) == []

    assert at_every_call(scenario, *modes) > 10
