"""Whatever people do, and whenever their phones sync: in the end, a phone shows what is stored."""

import random
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from signpost.messaging import keys
from signpost.messaging.messages.drafts import Draft
from signpost.messaging.messages.publishing import Publisher
from signpost.messaging.messages.store import MessageStore
from signpost.platform import aws
from tests import dynamodb
from tests.aws import empty
from tests.aws_calls import at_call
from tests.integration.messaging.people.membership import membership
from tests.integration.messaging.people.phone import Phone, stored
from tests.integration.messaging.world import Person, World

pytestmark = pytest.mark.slow

PEOPLE = 3
MESH = 20
MESSAGES = 2_000
Act = Callable[[], object]


class Talks:
    """What people may do, by name, with who does it and in which conversation."""

    def __init__(self, world: World, people: list[Person], talks: list[dict[Person, int]]) -> None:
        self.world, self.people, self.talks = world, people, talks
        # The first one asks for one thing at a time, so each place between two changes is the end of a page.
        self.phones = [Phone(world, person, count=None if number else 1) for number, person in enumerate(people)]

    def act(self, name: str, who: int, where: int) -> object:
        person = self.people[who % len(self.people)]
        talk = self.talks[where % len(self.talks)]
        mine = talk.get(person) or talk[next(iter(talk))]
        person = person if person in talk else next(iter(talk))
        path = f"/api/me/conversations/{mine}"
        other = next(each for each in reversed(talk) if each != person)
        acts: dict[str, Act] = {
            "say": lambda: self.world.say(person, mine, "Hi"),
            "see": lambda: self.world.done(person, "POST", f"{path}/watch_all", message_types=["text"]),
            "goodbye": lambda: self.world.done(person, "POST", f"{path}/goodbye"),
            "leave": lambda: self.world.done(person, "POST", f"{path}/leave"),
            "archive": lambda: self.world.done(person, "POST", f"{path}/archive"),
            "mute": lambda: self.world.done(person, "POST", f"/api/me/users/{other.id}/mute"),
            "unmute": lambda: self.world.done(person, "POST", f"/api/me/users/{other.id}/unmute"),
            "sync": self.phones[self.people.index(person)].sync,
            "deliver": self.world.deliver,
        }
        return acts[name]()

    def check(self) -> None:
        """Phones that have synced all along, and those that sync for the first time, show what is stored."""
        self.world.deliver()
        for person, phone in zip(self.people, self.phones, strict=True):
            there = stored(self.world, person)
            new = Phone(self.world, person)
            for each in (phone, new):
                each.sync()
                assert each.shown == there
            for conversation, unseen in there.values():
                assert conversation["unread_count"] == len(unseen)


ACTS = ("say", "say", "say", "see", "goodbye", "leave", "archive", "mute", "unmute", "sync", "sync", "deliver")
people = st.integers(0, PEOPLE - 1)
talks = st.integers(0, 2)


def test_any_interleaving_of_writes_and_syncs(world: World) -> None:
    class Interleavings(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            empty(world.table)
            nora, ben, ada = world.people(PEOPLE)
            self.talks = Talks(
                world,
                [nora, ben, ada],
                [world.talk(nora, ben), world.talk(ben, ada), world.talk(nora, ben, ada)],
            )

        @rule(name=st.sampled_from(ACTS), who=people, where=talks)
        def one_does_something(self, name: str, who: int, where: int) -> None:
            self.talks.act(name, who, where)

        @rule(
            outer=st.sampled_from(["say", "see", "leave", "archive"]),
            inner=st.sampled_from(["say", "see", "leave", "archive", "sync"]),
            who=people,
            other=people,
            where=talks,
            at=st.integers(1, 4),
        )
        def another_comes_between(self, outer: str, inner: str, who: int, other: int, where: int, at: int) -> None:
            """Just before one of the calls of the outer one."""
            calls: list[int] = []

            def between(**_: Any) -> None:
                calls.append(1)
                if len(calls) == at:
                    self.talks.act(inner, other, where)

            with at_call(aws.dynamodb(), "before-call.dynamodb", between):
                self.talks.act(outer, who, where)

        @rule()
        def all_is_shown(self) -> None:
            self.talks.check()

        def teardown(self) -> None:
            if hasattr(self, "talks"):
                self.talks.check()

    run_state_machine_as_test(Interleavings, settings=settings(max_examples=20, stateful_step_count=20, deadline=None))


def paired(world: World, everybody: list[Person]) -> list[dict[Person, int]]:
    """A conversation for each two of them, as if it had been begun."""
    pairs = []
    for number, (first, second) in enumerate(combinations(everybody, 2), start=1_000):
        places = {first: 2 * number, second: 2 * number + 1}
        about = {**keys.conversation(number), "id": number, "creator": first.id, "members": 2, "created_at": 1}
        members = [{**keys.member(number, each.id), "membership": place} for each, place in places.items()]
        own = [membership(each.id, place, conversation=number) for each, place in places.items()]
        dynamodb.put(world.table, about, *members, *own)
        pairs.append(places)
    dynamodb.put(world.table, *({**keys.clock(each.id), "version": 1_000_000} for each in everybody))
    return pairs


def test_twenty_people_who_all_talk_to_one_another(world: World) -> None:
    # Given 20 people with a conversation for each two of them
    empty(world.table)
    chance = random.Random(2_026)  # the same each time
    everybody = world.people(MESH)
    pairs = paired(world, everybody)
    talks = Talks(world, everybody, pairs)
    publisher = Publisher(MessageStore(world.store, world.digests))

    # When they send 2,000 messages at random, and mute, leave, archive, read and sync in between
    for number in range(MESSAGES):
        talk = chance.choice(pairs)
        sender = chance.choice(list(talk))
        publisher.publish(talk[sender], sender.id, Draft(f"mesh-{number}", "text", {"text": "Hi"}))
        if chance.random() < 0.15:
            name = chance.choice(["see", "goodbye", "leave", "archive", "mute", "unmute", "sync", "sync"])
            talks.act(name, everybody.index(sender), pairs.index(talk))

    # Then all phones show what is stored, and every count is exact
    talks.check()
