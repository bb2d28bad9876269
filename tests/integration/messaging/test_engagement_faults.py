"""The engagement sweep and the welcome with a fault at every call: repeated, everything is done, and once."""

from collections.abc import Mapping

import pytest

from signpost.messaging import keys
from signpost.messaging.welcome import wiring as welcome
from signpost.platform import settings
from signpost.platform.errors import SignpostError
from tests.aws import empty
from tests.faults import COSTLY_MODES, Fault, Mode, at_every_call
from tests.integration.messaging.engagement.town import DAY, NOON, Town
from tests.integration.messaging.world import World

pytestmark = pytest.mark.slow


@COSTLY_MODES
def test_whichever_call_fails_everybody_is_sent_everything_once(
    modes: tuple[Mode, ...], world: World, environment: Mapping[str, str]
) -> None:
    def scenario(fault: Fault) -> None:
        empty("Messaging")
        town = Town(world, environment)
        town.person(verified_for=DAY)
        quiet = town.person(verified_for=90 * DAY, quiet_for=4 * DAY)
        town.sent(quiet, NOON - 5 * DAY)
        town.unseen(quiet, ulid="01C")
        stranger = town.person(verified_for=None, created_at=NOON - 4 * DAY)
        town.invite("+14155550777", quiet, age=4 * DAY)

        fault.until_done(town.sweep, SignpostError)

        assert sorted(str(item.get("event", item.get("job"))) for item in world.outbox()) == [
            "invite_second_reminder",
            "message_reminder",
            "welcome",
        ]
        assert world.store.table.get(keys.profile(stranger.id)) is None
        assert town.failures == []

    assert at_every_call(scenario, *modes) > 10


@COSTLY_MODES
def test_whichever_call_fails_somebody_is_welcomed_once(
    modes: tuple[Mode, ...], world: World, environment: Mapping[str, str]
) -> None:
    greeter = world.user("greeter")
    given = settings.load(welcome.Settings, environment)._replace(welcome_username=greeter.username)

    def scenario(fault: Fault) -> None:
        person = world.user()

        fault.until_done(lambda: welcome.build(given).greet(person.id), SignpostError)

        [membership] = world.memberships(person)
        assert len(world.messages(person, membership["id"])) == membership["unread_text"] == 1

    at_every_call(scenario, *modes)
