"""Whatever fails, at whatever call: what is tried again is done once."""

from collections.abc import Mapping

import pytest

from signpost.messaging import keys
from signpost.messaging.invites import wiring
from signpost.platform.errors import SignpostError
from tests import dynamodb
from tests.aws import empty
from tests.faults import COSTLY_MODES, Fault, Mode, at_every_call
from tests.integration.messaging.people.test_invites import conversation_of
from tests.integration.messaging.world import Person, World

pytestmark = pytest.mark.slow


@COSTLY_MODES
def test_who_registers_joins_once(modes: tuple[Mode, ...], environment: Mapping[str, str], world: World) -> None:
    settings = wiring.Settings(environment["MESSAGING_TABLE"], environment["PHONE_KEY_SECRET"])
    world.digests.phone("+14155550100")  # so that the secret is there

    def scenario(fault: Fault) -> None:
        # Given an invite to a conversation with two videos, and somebody who knows the phone
        empty(world.table)
        nora, ben, eve = world.user("nora"), world.user("ben"), world.user("eve")
        number = conversation_of(world, nora, ben.phone, ["video", "video"])
        digest = world.digests.phone(ben.phone)
        dynamodb.put(world.table, {**keys.contact_owner(digest, eve.id), "name": "Benny"})

        # When a call fails, and the queue delivers the job again
        joining = wiring.build(settings)
        fault.until_done(lambda: joining.registered(ben.id), SignpostError)

        # Then Ben is in it once, with both, and Eve was told once
        [place] = world.memberships(ben)
        assert (place["unread_media"], len(world.messages(ben, place["id"]))) == (2, 2)
        assert dynamodb.get(world.table, **keys.conversation(number))["members"] == 2
        assert world.membership(nora, 77)["name"] == ben.username
        assert [item["user"] for item in world.outbox() if item["sk"] == "push"] == [eve.id]
        assert "accepted_at" in dynamodb.get(world.table, **keys.invite(digest, number, nora.id))

    at_every_call(scenario, *modes)


@COSTLY_MODES
def test_a_name_and_a_phone_move_as_a_whole(modes: tuple[Mode, ...], world: World) -> None:
    world.call(world.user(), "GET", "/api/me")  # so that the function is there

    def change(nora: Person, **wish: str) -> None:
        status, body = world.call(nora, "POST", "/api/me", **wish)  # type: ignore[arg-type]
        if status >= 500:
            raise SignpostError(body["meta"]["msg"])

    def scenario(fault: Fault) -> None:
        # Given a code for a new phone
        empty(world.table, "RateLimits")
        nora, phone = world.user("nora"), "+14155550999"
        change(nora, phone=phone)
        digits = str(world.outbox()[-1]["text"]).rpartition(" ")[2]

        # When both are changed, and a call fails
        name = f"new_{nora.username}"
        fault.until_done(lambda: change(nora, username=name, phone=phone, code=digits), SignpostError)

        # Then the names lead to Nora as her profile says, and nothing is held that she does not have
        profile = dynamodb.get(world.table, **keys.profile(nora.id))
        held = {item["pk"] for item in dynamodb.items(world.table) if item["sk"] == "user"}
        digest = world.digests.phone(str(profile["phone"]))
        email = keys.email(world.digests.email(f"{nora.username}@example.com"))["pk"]
        assert (profile["username"], profile["phone"]) == (name, phone)
        assert held == {keys.username(name)["pk"], keys.phone(digest)["pk"], email}

    at_every_call(scenario, *modes)
