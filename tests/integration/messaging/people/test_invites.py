"""Invites that users send, and what waits for those who register."""

from collections.abc import Mapping
from typing import Any

import pytest

from signpost.messaging import keys, outbox
from signpost.messaging.invites import wiring
from signpost.messaging.invites.joining import Joining
from tests import dynamodb
from tests.aws import empty
from tests.integration.messaging.world import Person, World

PHONE = "+14155550777"


@pytest.fixture
def joining(environment: Mapping[str, str]) -> Joining:
    return wiring.build(wiring.Settings(environment["MESSAGING_TABLE"], environment["PHONE_KEY_SECRET"]))


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty(world.table)


def invites(world: World) -> list[Any]:
    """By phone or e-mail address."""
    found = [item for item in dynamodb.items(world.table) if item["sk"].startswith("invite#")]
    return [item for item in found if not item["pk"].startswith("conversation#")]


def test_invites_are_noted_once_for_each_phone(world: World) -> None:
    nora, ben = world.user("nora"), world.user("ben")

    for _ in range(2):
        given = ["(415) 555-0777", PHONE, ben.phone, "Zoe@example.com"]
        assert world.done(nora, "POST", "/api/me/invites", invites=given) is None

    # Then who is here is not among them, and the phone gets a reminder
    by_phone, by_email = sorted(invites(world), key=lambda item: item["pk"], reverse=True)
    assert (by_phone["phone"], by_phone["inviter"], by_phone["tracked"]) == (PHONE, nora.id, True)
    assert by_phone["due_at"] > by_phone["created_at"]
    assert by_email["email"] == "zoe@example.com"


def test_an_invite_of_a_conversation_is_confirmed(world: World) -> None:
    nora, digest = world.user("nora"), world.digests.phone(PHONE)
    invite = {"phone": PHONE, "conversation": 7, "created_at": 1, "tracked": False}
    dynamodb.put(world.table, {**keys.invite(digest, 7, nora.id), **invite, "inviter": nora.id})
    dynamodb.put(world.table, {**keys.invite(digest, 8, 5), **invite, "inviter": 5})

    assert world.done(nora, "POST", "/api/me/invites/confirm", invites=f"{PHONE}") is None

    assert sorted((item["inviter"], item["tracked"]) for item in invites(world)) == sorted(
        [(nora.id, True), (5, False)]
    )


@pytest.mark.parametrize("path", ["/api/me/invites", "/api/me/invites/confirm"])
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "missing required invites param"),
        ({"invites": ","}, "missing required invites param"),
        ({"invites": ["+1"]}, "Invalid phone number"),
        ({"invites": ["a@b"]}, "Email must be valid"),
        ({"invites": [str(number) for number in range(101)]}, "invites: send at most 100"),
    ],
)
def test_what_is_wrong_is_said(given: dict[str, Any], said: str, path: str, world: World) -> None:
    status, body = world.call(world.user(), "POST", path, **given)

    assert (status, body["meta"]["msg"]) == (400, said)


def conversation_of(world: World, creator: Person, invited: str, kinds: list[str]) -> int:
    """A conversation with an invite and these messages, in the table."""
    number, digest = 500, world.digests.phone(invited)
    waiting = {"phone": invited, "inviter": creator.id, "created_at": 5, "conversation": number, "cohort": "spring"}
    contents = [
        {
            **keys.content(number, f"01ARZ3NDEKTSV4RRFFQ69G5F{index:02}"),
            "guid": f"g{index}",
            "sender": creator.id,
            "sender_name": creator.username,
            "sender_digest": world.digests.phone(creator.phone),
            "type": kind,
            "content": {"text": "Hi"} if kind == "text" else {"url": "https://e.com/v.mp4"},
            "needs_reply": True,
            "sent_at": 10 + index,
        }
        for index, kind in enumerate(kinds)
    ]
    from tests.integration.messaging.people.membership import membership

    dynamodb.put(
        world.table,
        {**keys.conversation(number), "id": number, "creator": creator.id, "members": 1, "created_at": 1},
        {**keys.member(number, creator.id), "membership": 77},
        {**membership(creator.id, 77, conversation=number), "name": invited, "members": 1},
        {**keys.conversation_invite(number, digest), "phone": invited, "inviter": creator.id, "created_at": 5},
        {**keys.invite(digest, number, creator.id), **waiting, "due": "1", "due_at": 9},
        *contents,
    )
    return number


def test_ac_c39_who_registers_joins_and_finds_the_videos(joining: Joining, world: World) -> None:
    # Given an invite to a conversation with videos and a text, one to none, and somebody who knows the phone
    nora, eve = world.user("nora"), world.user("eve")
    ben = world.user("ben")
    number = conversation_of(world, nora, ben.phone, ["video", "text", "video"])
    digest = world.digests.phone(ben.phone)
    dynamodb.put(
        world.table,
        {**keys.invite(digest, None, eve.id), "phone": ben.phone, "inviter": eve.id, "created_at": 6},
        {**keys.contact_owner(digest, eve.id), "name": "Benny"},
        {**keys.contact_owner(digest, ben.id), "name": "Me"},
    )

    # When the phone turns out to be Ben's; and again, as queues deliver
    results = [joining.registered(ben.id) for _ in range(3)]

    # Then Ben is in it with the videos unread, once, and the conversation is called after each other
    assert results == [2, 0, 0]
    [place] = world.memberships(ben)
    assert (place["unread_media"], place["unread_text"], place["name"]) == (2, 0, nora.username)
    assert [each["guid"] for each in world.messages(ben, place["id"])] == ["g0", "g2"]
    assert (world.membership(nora, 77)["name"], world.membership(nora, 77)["members"]) == (ben.username, 2)
    assert dynamodb.get(world.table, **keys.conversation(number))["members"] == 2
    assert not dynamodb.get(world.table, **keys.conversation_invite(number, digest))
    assert all("accepted_at" in item and "due" not in item for item in invites(world))
    assert dynamodb.get(world.table, **keys.profile(ben.id))["cohort"] == "spring"
    # And who knows the phone is told, once
    pushes = [item for item in world.outbox() if item["sk"] == "push"]
    assert [(item["user"], item["alert"]) for item in pushes] == [(eve.id, "Benny just joined")]
    assert pushes[0]["ttl"] > outbox.KEPT


def test_who_never_verified_joins_nothing(joining: Joining, world: World) -> None:
    ben = world.user(verified=False)
    conversation_of(world, world.user("nora"), ben.phone, [])

    assert joining.registered(ben.id) == 0
    assert world.memberships(ben) == []


def test_an_invite_to_what_is_gone_is_done_with(joining: Joining, world: World) -> None:
    ben, nora = world.user("ben"), world.user("nora")
    digest = world.digests.phone(ben.phone)
    dynamodb.put(
        world.table,
        {
            **keys.invite(digest, 999, nora.id),
            "phone": ben.phone,
            "inviter": nora.id,
            "conversation": 999,
            "created_at": 1,
        },
    )

    assert joining.registered(ben.id) == 1
    assert world.memberships(ben) == []
