"""The welcome, as the worker does it: one conversation with one message, however often the job comes."""

from collections.abc import Mapping

import pytest

from signpost.messaging import keys, texts
from signpost.messaging.welcome import wiring
from signpost.messaging.welcome.greeting import Greeting
from signpost.platform import settings
from tests.aws import empty
from tests.integration.messaging.world import Person, World


@pytest.fixture
def greeter(world: World) -> Person:
    empty("Messaging")
    return world.user("greeter")


@pytest.fixture
def greeting(greeter: Person, environment: Mapping[str, str]) -> Greeting:
    given = settings.load(wiring.Settings, environment)._replace(welcome_username=greeter.username)
    return wiring.build(given)


def test_ac_c46_a_message_from_our_user_waits_in_a_conversation(world: World, greeting: Greeting) -> None:
    person = world.user()

    done = [greeting.greet(person.id) for _ in range(3)]

    [membership] = world.memberships(person)
    [message] = world.messages(person, membership["id"])
    assert done == [True, False, False]
    assert (membership["name"], membership["unread_text"]) == (texts.WELCOME_NAME, 1)
    assert message["content"] == {"text": texts.WELCOME}


@pytest.mark.parametrize("who", ["left", "unverified", "greeter"])
def test_nobody_is_welcomed_who_is_not_here(world: World, greeting: Greeting, greeter: Person, who: str) -> None:
    person = greeter if who == "greeter" else world.user(verified=who != "unverified")
    if who == "left":
        world.store.table.delete(keys.profile(person.id))

    assert not greeting.greet(person.id)
    assert world.memberships(person) == []


def test_without_the_user_who_welcomes_nobody_is(world: World, greeting: Greeting) -> None:
    person = world.user()

    assert not greeting._replace(greeter="nobody").greet(person.id)
    assert not greeting._replace(greeter="").greet(person.id)
