"""Deleting a user: nothing of theirs is left, others keep their conversations, and it can be cut off anywhere."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import pytest

from signpost.messaging import keys, wiring
from signpost.messaging.deletion import wiring as deletion_wiring
from signpost.messaging.deletion.erasing import NOBODY, OutOfTime
from signpost.messaging.errors import NothingFound
from signpost.messaging.names import renamed
from signpost.messaging.phones import md5_hash
from tests import aws, dynamodb

NOW = 1_795_244_400.0
CONVERSATION = 50


class World:
    """nora (1) and ben (2) in one conversation, in which nora has said two things and ben one; nora leaves."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.table = environment["MESSAGING_TABLE"]
        secret = environment["PHONE_KEY_SECRET"]
        aws.empty(self.table)
        self.digests = wiring.digests(secret)
        settings = deletion_wiring.Settings(self.table, secret)
        self.deletion = deletion_wiring.build(settings, clock=lambda: NOW)
        self.ulids = [f"01J000000000000000000000{number:02}" for number in range(3)]
        for user, name in ((1, "nora"), (2, "ben")):
            self._user(user, name, f"+1415555010{user}")
        for ulid, sender in zip(self.ulids, (1, 2, 1), strict=True):
            self._said(ulid, sender, {1: "nora", 2: "ben"}[sender])
        dynamodb.put(
            self.table,
            {**keys.conversation(CONVERSATION), "id": CONVERSATION, "creator": 1, "members": 2},
            {**keys.friend(1, 2), "since": NOW},
            {**keys.added_by(2, 1)},
            {**keys.friend(2, 1), "since": NOW},
            {**keys.added_by(1, 2)},
            {**keys.contact(1, "d"), "name": "Ann", "hash": "h"},
            {**keys.contact_owner("d", 1), "name": "Ann"},
            {**keys.invite("d", None, 1), "phone": "+14155550109", "inviter": 1},
            {**keys.invite("e", CONVERSATION, 1), "phone": "+14155550108", "inviter": 1},
            {**keys.invite("f", CONVERSATION, 1), "phone": "+14155550107", "inviter": 1, "accepted_at": NOW},
            {**keys.email_invite("g", 1), "email": "ann@example.com", "inviter": 1},
            *(keys.sent_invite(1, keys.invite(phone, to, 1)) for phone, to in (("d", None), ("e", 50), ("f", 50))),
            keys.sent_invite(1, keys.email_invite("g", 1)),
            {**keys.conversation_invite(CONVERSATION, "e"), "phone": "+14155550108", "inviter": 1},
            {**keys.mute(1, 2)},
        )

    def _user(self, user: int, name: str, phone: str) -> None:
        digest, other = self.digests.phone(phone), {"nora": "ben", "ben": "nora"}[name]
        profile = {"id": user, "email": f"{name}@example.com", "username": name, "phone": phone, "password": "x"}
        dynamodb.put(
            self.table,
            {**keys.profile(user), **profile, "created_at": NOW, "verified_at": NOW, "due": "1", "due_at": NOW},
            {**keys.clock(user), "version": 1},
            {**keys.phone(digest), "user": user},
            {**keys.username(name), "user": user},
            {**keys.email(self.digests.email(f"{name}@example.com")), "user": user},
            {**keys.device(user, user), "id": user, "platform": "ios", "created_at": NOW, "digest": f"token{user}"},
            {**keys.token(f"token{user}"), "user": user, "device": user},
            {**keys.member(CONVERSATION, user), "membership": user + 100},
            {
                **keys.membership(user, user + 100),
                "id": user + 100,
                "conversation": CONVERSATION,
                "members": 2,
                "name": f"{other}, Ann",
                "version": 1,
                "unread_text": 0,
                "unread_media": 0,
                "last_message_at": NOW,
                "created_at": NOW,
            },
        )

    def _said(self, ulid: str, sender: int, name: str) -> None:
        said = {
            "guid": ulid,
            "sender": sender,
            "sender_name": name,
            "type": "text",
            "content": {"text": "Hi"},
            "sent_at": NOW,
        }
        dynamodb.put(self.table, {**keys.content(CONVERSATION, ulid), **said})
        for user in (1, 2):
            dynamodb.put(self.table, {**keys.message(user, user + 100, ulid), **said, "version": 1})

    def delete(self) -> None:
        self.deletion.erasing.delete(1, lambda: True)

    def left(self) -> bool:
        """Whether there is a profile, with which a deletion ends."""
        return bool(dynamodb.get(self.table, **keys.profile(1)))

    def check(self) -> None:
        """Nothing of nora is left, and what ben has is complete."""
        items = [item for item in dynamodb.items(self.table) if not item["pk"].startswith(("outbox#", "deletion#"))]
        # The closed clock goes by itself after a day; the member's item has nothing but the number of nobody.
        [clock] = [item for item in items if item["pk"] == keys.of_user(1) or item.get("user") == 1]
        assert (clock["sk"], clock["closed"], clock["ttl"]) == ("clock", True, NOW + 86_400)
        assert [item for item in items if "nora" in str(item) or item.get("inviter") == 1] == []
        assert [item for item in items if item["sk"] in {"friend#1", "added_by#1", "owner#1"}] == []
        assert [item for item in items if item["sk"] == "member#1" and "gone" not in item] == []
        copies = [dynamodb.get(self.table, **keys.message(2, 102, ulid)) for ulid in self.ulids]
        assert [each["sender_name"] for each in copies] == [NOBODY, "ben", NOBODY]
        assert {each["content"]["text"] for each in copies} == {"Hi"}
        membership = dynamodb.get(self.table, **keys.membership(2, 102))
        assert (membership["members"], membership["name"]) == (1, f"{NOBODY}, Ann")
        # ben's apps are told of each change
        versions = [each["version"] for each in (membership, copies[0], copies[2])]
        assert len(set(versions)) == 3
        assert max(versions) == dynamodb.get(self.table, **keys.clock(2))["version"]


@pytest.fixture
def world(data: object, environment: Mapping[str, str]) -> World:
    return World(environment)


def test_nothing_is_left_of_a_user_and_others_keep_what_is_theirs(world: World) -> None:
    # Given a user who asks for it, twice
    address = world.deletion.asked.ask(1)
    assert world.deletion.asked.ask(1) == address
    (job,) = [item for item in dynamodb.items(world.table) if item["pk"].startswith("outbox#")]
    assert (job["sk"], job["job"], job["user"]) == ("job", "delete_user", 1)
    signed = address.removeprefix("/api/deletions/")
    assert world.deletion.asked.read(signed)["status"] == "received"

    # When it is done, also once more
    world.delete()
    world.delete()

    # Then it says so
    world.check()
    found = world.deletion.asked.read(signed)
    assert (found["status"], found["done_at"]) == ("done", "2026-11-21T07:00:00.000000Z")
    for wrong in ("x", signed[:-1], signed + "x"):
        with pytest.raises(NothingFound):
            world.deletion.asked.read(wrong)


def test_it_goes_on_where_it_stopped(world: World) -> None:
    world.deletion.asked.ask(1)

    for steps in count():
        try:
            world.deletion.erasing.delete(1, allowing(steps))
            break
        except OutOfTime:
            assert dynamodb.get(world.table, **keys.profile(1))

    world.check()
    assert steps >= 2


def test_whoever_did_not_ask_for_it_is_left_alone(world: World) -> None:
    before = dynamodb.items(world.table)

    world.delete()
    world.deletion.erasing.delete(99, lambda: True)

    assert dynamodb.items(world.table) == before
    with pytest.raises(NothingFound):
        world.deletion.asked.ask(99)


def test_a_phone_that_somebody_else_has_by_now_stays_theirs(world: World) -> None:
    world.deletion.asked.ask(1)
    phone = world.digests.of_md5(md5_hash("+14155550101"))
    dynamodb.put(world.table, {**keys.phone(phone), "user": 3}, {**keys.username("nora"), "user": 3})

    world.delete()

    assert dynamodb.get(world.table, **keys.phone(phone))["user"] == 3
    assert dynamodb.get(world.table, **keys.username("nora"))["user"] == 3


def test_only_the_name_itself_is_replaced() -> None:
    assert renamed("nora, eleonora, Ann", "nora", NOBODY) == f"{NOBODY}, eleonora, Ann"


def allowing(steps: int) -> Callable[[], Any]:
    left = [True] * steps
    return lambda: bool(left and left.pop())
