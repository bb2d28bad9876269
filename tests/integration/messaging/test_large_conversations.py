"""Conversations of more than fit into one transaction, and members who come and go while others write."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from signpost.messaging import keys
from signpost.messaging.messages.drafts import Draft
from signpost.messaging.messages.joins_store import Joins
from signpost.messaging.messages.store import MessageStore
from signpost.platform import aws
from signpost.platform.dynamodb import Change
from tests import dynamodb
from tests.aws_calls import at_call, just_before
from tests.integration.messaging.world import Person, World

ALL = "/api/me/conversations"


def texts(world: World, person: Person) -> list[str]:
    """What this person has to see, in the only conversation."""
    (membership,) = world.memberships(person)
    messages = world.messages(person, membership["id"])
    unseen = [each["content"]["text"] for each in messages if "unseen" in each]
    assert membership["unread_text"] == len(unseen)
    return unseen


def test_those_for_whom_there_was_no_room_join_and_miss_nothing(world: World) -> None:
    nora, *others = world.people(40)
    phones = [f"+1415555{number:04}" for number in range(5)]
    conversation = world.done(
        nora, "POST", ALL, username=[each.username for each in others], invites=phones, name="Choir"
    )["id"]
    assert world.membership(nora, conversation)["members"] == 40
    world.say(nora, conversation, "Welcome")

    world.deliver()

    for other in others:
        assert texts(world, other) == ["Welcome"]
        assert world.memberships(other)[0]["name"] == "Choir"
    assert len(world.done(nora, "GET", f"{ALL}/{conversation}/members")) == 39
    assert sorted(each["phone"] for each in world.done(nora, "GET", f"{ALL}/{conversation}/invites")) == phones


def test_a_text_to_a_large_conversation_is_answered_first_and_spread_once(world: World) -> None:
    nora, *others = world.people(40)
    conversation = world.done(nora, "POST", ALL, username=[each.username for each in others])["id"]
    world.deliver()
    muting, leaving = others[0], others[1]
    world.mute(muting, nora)
    row = world.say(nora, conversation, "Hi all", "large-1")
    assert len(world.messages(nora, conversation)) == 1
    (job,) = world.jobs()

    for _ in range(3):
        world.run(job)
    world.done(leaving, "POST", f"{ALL}/{world.memberships(leaving)[0]['id']}/leave")
    world.run(job)

    assert world.jobs() == []
    assert texts(world, muting) == texts(world, leaving) == []
    assert "left_at" in world.memberships(leaving)[0]
    assert all(texts(world, other) == ["Hi all"] for other in others[2:])
    assert world.say(nora, conversation, "Hi all", "large-1") == row


def test_who_left_before_the_worker_came_does_not_get_the_message(world: World) -> None:
    nora, ben, ada = world.people(3)
    there = world.talk(nora, ben, ada)
    store = MessageStore(world.store, world.digests)
    sender = store.sender(nora.id, there[nora])
    assert sender is not None
    store.publish_alone(sender, Draft("left-before", "text", {"text": "Hi"}))
    (job,) = world.jobs()
    place = world.membership(ben, there[ben])
    dynamodb.put(world.table, {**place, "left_at": 1, "cleared_to": job["ulid"]})

    world.run(job)

    assert world.messages(ben, there[ben]) == []
    assert texts(world, ada) == ["Hi"]


@contextmanager
def restless(world: World, person: Person) -> Iterator[list[int]]:
    """Somebody's clock moves before each transaction that moves it."""
    moved: list[int] = []

    def move(params: Any, **_: object) -> None:
        if f"user#{person.id}" in str(params["body"]):
            moved.append(person.id)
            world.store.table.update_if(keys.clock(person.id), Change(add={"version": 1}), world.exists)

    with at_call(aws.dynamodb(), "before-call.dynamodb.TransactWriteItems", move):
        yield moved


def test_members_whose_clocks_keep_moving_get_the_message_from_the_worker(world: World) -> None:
    nora, ben, ada = world.people(3)
    there = world.talk(nora, ben, ada)

    with restless(world, ben) as moved:
        world.say(nora, there[nora], "Hi")

    assert len(moved) > 1
    assert len(world.messages(nora, there[nora])) == 1
    assert texts(world, ben) == texts(world, ada) == []
    world.deliver()
    assert texts(world, ben) == texts(world, ada) == ["Hi"]


def test_who_joins_while_a_message_is_being_stored_gets_it(world: World) -> None:
    nora, ben, ada = world.people(3)
    there = world.talk(nora, ben)
    conversation = world.membership(nora, there[nora])["conversation"]
    joins = Joins(world.store)

    def join() -> None:
        joins.join(conversation, ada.id, name="n", named=False, members=3)

    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", join):
        world.say(nora, there[nora], "Hi")

    assert texts(world, ada) == texts(world, ben) == ["Hi"]


def test_who_joins_later_catches_up_once_with_what_was_said(world: World) -> None:
    nora, ben, ada = world.people(3)
    there = world.talk(nora, ben)
    conversation = world.membership(nora, there[nora])["conversation"]
    world.say(ben, there[ben], "from ben")
    world.say(nora, there[nora], "from nora")
    world.mute(ada, ben)
    joins = Joins(world.store)

    for given in (1, 0):
        place = joins.join(conversation, ada.id, name="n", named=False, members=3)
        assert joins.catch_up(conversation, ada.id, place) == given

    assert texts(world, ada) == ["from nora"]
    assert world.store.table.get(keys.conversation(conversation))["members"] == 3  # type: ignore[index]


@pytest.mark.parametrize("change", ["leave", "archive", "goodbye"])
def test_what_a_member_does_while_a_message_is_being_stored_happens_before_it(world: World, change: str) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    world.say(nora, there[nora], "first")

    def act() -> None:
        world.done(ben, "POST", f"{ALL}/{there[ben]}/{change}")

    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", act):
        world.say(nora, there[nora], "second")

    assert texts(world, ben) == (["first", "second"] if change == "archive" else ["second"])
    membership = world.membership(ben, there[ben])
    assert not {"left_at", "archived"} & membership.keys()


def test_a_message_that_comes_while_a_member_leaves_is_not_lost(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)

    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", lambda: world.say(nora, there[nora], "Hi")):
        world.done(ben, "POST", f"{ALL}/{there[ben]}/leave")

    assert "left_at" in world.membership(ben, there[ben])  # he left after it came
    assert texts(world, ben) == []
    assert [each["deleted"] for each in world.messages(ben, there[ben])] == [True]


def test_a_message_has_a_ulid_after_what_was_cleared_even_if_a_clock_is_behind(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    ahead = "7ZZZZZZZZY" + "0" * 16
    dynamodb.put(world.table, {**world.membership(ben, there[ben]), "left_at": 1, "cleared_to": ahead})

    world.say(nora, there[nora], "Hi")

    assert texts(world, ben) == ["Hi"]


def test_somebody_who_registers_while_being_invited_becomes_a_member(world: World) -> None:
    nora, late = world.user("nora"), world.user("late", verified=False)

    def verify() -> None:
        world.store.table.update_if(keys.profile(late.id), Change(set={"verified_at": 1.0}), world.exists)
        phone = keys.phone(world.digests.phone(late.phone))
        world.store.table.update_if(phone, Change(set={"verified": True}), world.exists)

    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", verify):
        world.done(nora, "POST", ALL, invites=[late.phone])

    assert len(world.memberships(late)) == 1
    assert len(world.memberships(nora)) == 1
