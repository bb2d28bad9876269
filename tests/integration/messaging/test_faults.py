"""What holds after a fault at any call: nobody gets a message twice, nothing is lost, and counts are exact."""

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from signpost.messaging import keys, memberships
from signpost.messaging.conversation_shapes import ulid_of
from signpost.messaging.conversations.changes_store import ConversationChanges
from signpost.messaging.messages.drafts import Draft
from signpost.messaging.messages.publishing import Publisher
from signpost.messaging.messages.store import MessageStore
from signpost.messaging.store import MessagingStore
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests import dynamodb
from tests.aws import empty
from tests.faults import COSTLY, COSTLY_MODES, Fault, Mode, at_every_call
from tests.integration.messaging.world import Person, World

pytestmark = pytest.mark.slow

ALL = "/api/me/conversations"


def asking(world: World, person: Person, path: str, **parameters: Any) -> Callable[[], Any]:
    """A request that is sent again when the service does not answer."""

    def ask() -> Any:
        status, body = world.call(person, "POST", path, **parameters)
        if status == 503:
            raise Unavailable(body["meta"]["msg"])
        assert status == 200, body
        return body["data"]

    return ask


def until_served(ask: Callable[[], object]) -> None:
    """As an app does when others keep changing the same data."""
    for _ in range(50):
        with suppress(Unavailable):
            ask()
            return
    raise AssertionError("it was never served")


def assert_exact(world: World, *people: Person) -> None:
    for person in people:
        for membership in world.memberships(person):
            messages = world.messages(person, membership["id"])
            unseen = [each for each in messages if "unseen" in each]
            assert membership["unread_text"] + membership["unread_media"] == len(unseen)
            assert ("unseen" in membership) == bool(unseen)
            assert len({each["guid"] for each in messages}) == len(messages)
            versions = [each["version"] for each in [membership, *messages]]
            assert len(set(versions)) == len(versions)


@COSTLY_MODES
def test_whichever_call_fails_a_text_comes_once(modes: tuple[Mode, ...], world: World) -> None:
    guids = iter(range(1_000))

    def scenario(fault: Fault) -> None:
        empty(world.table)
        nora, ben = world.people(2)
        there = world.talk(nora, ben)
        guid = f"{modes[0].name}-{next(guids)}"

        row = fault.until_done(asking(world, nora, f"{ALL}/{there[nora]}/text", text="Hi", guid=guid), Unavailable)
        world.deliver()

        assert row["guid"] == guid
        for person in (nora, ben):
            assert [each["guid"] for each in world.messages(person, there[person])] == [guid]
        assert_exact(world, nora, ben)

    assert at_every_call(scenario, *modes) > 5


@COSTLY_MODES
def test_whichever_call_fails_a_conversation_is_created_once(modes: tuple[Mode, ...], world: World) -> None:
    numbers = iter(range(1_000))

    def scenario(fault: Fault) -> None:
        empty(world.table)
        nora, ben = world.people(2)
        number = next(numbers)
        phone = f"+1212{list(Mode).index(modes[0])}{number:06}"
        new = asking(world, nora, ALL, username=ben.username, invites=phone, guid=f"new-{number}")

        conversation = fault.until_done(new, Unavailable)

        assert [each["id"] for each in world.memberships(nora)] == [conversation["id"]]
        assert len(world.memberships(ben)) == 1
        assert len([each for each in world.outbox() if each.get("to") == phone]) == 1

    assert at_every_call(scenario, *modes) > 5


@pytest.mark.parametrize("change", ["goodbye", "leave", "archive"])
@COSTLY_MODES
def test_whichever_call_fails_a_change_is_done_once(modes: tuple[Mode, ...], change: str, world: World) -> None:
    def scenario(fault: Fault) -> None:
        empty(world.table)
        nora, ben = world.people(2)
        there = world.talk(nora, ben)
        world.fill(ben, there[ben], nora, 3)

        fault.until_done(asking(world, ben, f"{ALL}/{there[ben]}/{change}"), Unavailable)

        membership = world.membership(ben, there[ben])
        assert membership["unread_text"] == (3 if change == "archive" else 0)
        assert ("left_at" in membership, "archived" in membership) == (change == "leave", change == "archive")
        assert_exact(world, ben)

    assert at_every_call(scenario, *modes) > 3


@pytest.mark.parametrize("modes", COSTLY[:3], ids=lambda modes: modes[0].name.lower())
def test_whichever_call_fails_the_worker_s_jobs_are_done_once(modes: tuple[Mode, ...], world: World) -> None:
    store = MessageStore(world.store, world.digests)

    def scenario(fault: Fault) -> None:
        empty(world.table)
        nora, ben, leaver, late = world.people(4)
        there = world.talk(nora, ben, leaver)
        world.fill(leaver, there[leaver], nora, 3)
        membership = world.membership(leaver, there[leaver])
        newest = ulid_of(world.messages(leaver, there[leaver])[-1])
        gone = memberships.left(membership, newest, 1.0, membership["version"], clear_due=True)
        conversation = membership["conversation"]
        pending = {
            **keys.pending_members(conversation),
            "inviter": nora.id,
            "users": [late.id],
            "phones": ["+14155550177"],
        }
        dynamodb.put(world.table, gone, {**pending, "named": "Choir", "members": 4, "link": "https://e.example"})
        sender = store.sender(nora.id, there[nora])
        assert sender is not None
        store.publish_alone(sender, Draft("guid", "text", {"text": "Hi"}))
        jobs = [*world.jobs(), {"job": "join", "conversation": conversation}]

        for job in jobs:
            fault.attempt(partial(world.run, job), AssertionError)
        world.run(*jobs)

        assert world.jobs() == []
        assert [each["guid"] for each in world.messages(ben, there[ben])] == ["guid"]
        (joined,) = world.memberships(late)
        assert [each["guid"] for each in world.messages(late, joined["id"])] == ["guid"]
        *cleared, new = world.messages(leaver, there[leaver])
        assert (new["guid"], ["deleted" in each for each in cleared]) == ("guid", [True] * 3)
        assert len([each for each in world.outbox() if each.get("to") == "+14155550177"]) == 1
        assert_exact(world, nora, ben, leaver, late)

    assert at_every_call(scenario, *modes) > 15


def test_people_who_all_write_at_once_get_each_message_once(world: World) -> None:
    people = world.people(4)
    there = world.talk(*people)
    texts = 5

    def write(person: Person) -> None:
        store = MessagingStore(aws.dynamodb(), world.table)
        publisher, changes = Publisher(MessageStore(store, world.digests)), ConversationChanges(store)
        for number in range(texts):
            draft = Draft(f"{person.username}-{number}", "text", {"text": "Hi"})
            for ask in (
                partial(publisher.publish, there[person], person.id, draft),
                partial(changes.see_all, person.id, there[person]),
            ):
                until_served(ask)

    threads = [threading.Thread(target=write, args=(person,)) for person in people]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    world.deliver()

    expected = {f"{person.username}-{number}" for person in people for number in range(texts)}
    for person in people:
        assert {each["guid"] for each in world.messages(person, there[person])} == expected
    assert_exact(world, *people)
