"""Users who are deleted just before something is stored that is about them: nothing of it stays."""

from collections.abc import Mapping

import pytest

from signpost.messaging import keys
from signpost.messaging.invites import wiring
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests import dynamodb
from tests.aws_calls import just_before
from tests.integration.messaging.people.test_invites import conversation_of
from tests.integration.messaging.world import Person, World

TRANSACTION = "dynamodb.TransactWriteItems"


def delete(world: World, person: Person) -> None:
    world.done(person, "DELETE", "/api/me")
    world.deliver()


def left(world: World, person: Person) -> list[str]:
    """What there is about a deleted user, besides the clock."""
    items = [item for item in dynamodb.items(world.table) if not item["pk"].startswith(("outbox#", "deletion#"))]
    own = [item["sk"] for item in items if item["pk"] == keys.of_user(person.id) and item["sk"] != "clock"]
    member = [item["sk"] for item in items if item["sk"] == f"member#{person.id}" and "gone" not in item]
    named = [f"{item['pk']} {item['sk']}" for item in items if person.username in str(item)]
    inviting = [f"{item['pk']} {item['sk']}" for item in items if item.get("inviter") == person.id]
    held = [item["pk"] for item in items if item.get("user") == person.id]
    return [*own, *member, *named, *inviting, *held]


def test_what_somebody_says_who_is_deleted_meanwhile_is_not_said(world: World) -> None:
    nora, ben = world.people(2)
    talk = world.talk(nora, ben)
    world.say(nora, talk[nora], "Hi")

    with just_before(aws.dynamodb(), TRANSACTION, lambda: delete(world, nora)):
        status, _ = world.call(nora, "POST", f"/api/me/conversations/{talk[nora]}/text", text="Bye", guid="bye-1")

    assert status == 400
    assert len(world.messages(ben, talk[ben])) == 1
    assert left(world, nora) == []


def test_who_is_deleted_meanwhile_gets_no_message_and_others_do(world: World) -> None:
    nora, ben, ada = world.people(3)
    talk = world.talk(nora, ben, ada)

    with just_before(aws.dynamodb(), TRANSACTION, lambda: delete(world, nora)):
        world.say(ben, talk[ben], "Hi")

    # A second one is stored at once, too: the number of who has joined is still right
    world.say(ben, talk[ben], "Hello")
    assert len(world.messages(ada, talk[ada])) == 2
    assert world.membership(ada, talk[ada])["members"] == 2
    assert left(world, nora) == []


def test_nobody_has_a_conversation_with_who_is_deleted_meanwhile(world: World) -> None:
    nora, ben, ada = world.people(3)

    with just_before(aws.dynamodb(), TRANSACTION, lambda: delete(world, nora)):
        status, _ = world.call(ben, "POST", "/api/me/conversations", username=[nora.username, ada.username])

    assert status == 503
    assert left(world, nora) == []
    assert world.memberships(ben) == []
    world.talk(ben, ada)


def test_who_is_deleted_while_they_join_has_not_joined(world: World, environment: Mapping[str, str]) -> None:
    nora, ben = world.people(2)
    number = conversation_of(world, nora, ben.phone, ["video"])
    joining = wiring.build(wiring.Settings(environment["MESSAGING_TABLE"], environment["PHONE_KEY_SECRET"]))

    with (
        just_before(aws.dynamodb(), TRANSACTION, lambda: delete(world, ben)),
        pytest.raises(Unavailable),
    ):
        joining.registered(ben.id)

    # It is tried again, and there is nobody to join
    assert joining.registered(ben.id) == 0
    assert left(world, ben) == []
    assert dynamodb.get(world.table, **keys.conversation(number))["members"] == 1


def test_members_who_join_and_who_are_deleted_at_once_are_counted_right(
    world: World, environment: Mapping[str, str]
) -> None:
    # Given a conversation of two, and somebody who is invited to it
    nora, ben, ada = world.people(3)
    talk = world.talk(nora, ben)
    number = world.membership(nora, talk[nora])["conversation"]
    digest = world.digests.phone(ada.phone)
    invite = {"phone": ada.phone, "inviter": nora.id, "created_at": 1}
    dynamodb.put(
        world.table,
        {**keys.invite(digest, number, nora.id), **invite, "conversation": number},
        {**keys.conversation_invite(number, digest), **invite},
    )
    joining = wiring.build(wiring.Settings(environment["MESSAGING_TABLE"], environment["PHONE_KEY_SECRET"]))

    # When one of the two is deleted just before the other is told who has joined
    told: list[int] = []

    def at_rename(params: Mapping[str, object], **_: object) -> None:
        if keys.of_user(nora.id) in str(params) and not told:
            told.append(1)
            delete(world, ben)

    client = aws.dynamodb()
    client.meta.events.register("provide-client-params.dynamodb.TransactWriteItems", at_rename)
    try:
        joining.registered(ada.id)
    finally:
        client.meta.events.unregister("provide-client-params.dynamodb.TransactWriteItems", at_rename)

    # Then both who are there know of two, and of each other
    assert told
    for person, other in ((nora, ada), (ada, nora)):
        [place] = world.memberships(person)
        assert place["members"] == 2
        assert other.username in place["name"]
        assert ben.username not in place["name"]
