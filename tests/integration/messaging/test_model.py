"""Any sequence of what people do leaves each with exactly the messages and counts that a simple model has."""

from dataclasses import dataclass, field
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.messaging.world import Person, World

ALL = "/api/me/conversations"
PEOPLE = range(3)
_guids = count(1)
someone = st.sampled_from(PEOPLE)
steps = st.one_of(
    st.tuples(st.sampled_from(["say", "say", "goodbye", "watch", "leave", "archive"]), someone, someone),
    st.tuples(st.sampled_from(["mute", "unmute"]), someone, someone).filter(lambda step: step[1] != step[2]),
)


@dataclass
class Place:
    """What somebody should have: guids, oldest first, with whether they are seen."""

    seen: dict[str, bool] = field(default_factory=dict)
    archived: bool = False
    left: bool = False


class Model:
    def __init__(self) -> None:
        self.places = [Place() for _ in PEOPLE]
        self.muted: set[tuple[int, int]] = set()

    def say(self, sender: int, guid: str) -> None:
        for reader, place in enumerate(self.places):
            if (reader, sender) not in self.muted:
                place.seen[guid] = reader == sender
                place.archived = place.left = False


def shown(world: World, person: Person, conversation: int) -> Place:
    """What is stored of it; the counts have to agree with one another."""
    live = [each for each in world.messages(person, conversation) if "deleted" not in each]
    membership = world.membership(person, conversation)
    unseen = [each for each in live if "unseen" in each]
    assert membership["unread_text"] == len(unseen)
    assert ("unseen" in membership) == bool(unseen)
    assert ("activity" in membership) == ("left_at" not in membership)
    seen = {each["guid"]: "seen_at" in each for each in live}
    return Place(seen, "archived" in membership, "left_at" in membership)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(steps, min_size=5, max_size=15))
def test_everybody_has_what_the_model_has(world: World, sequence: list[tuple[str, int, int]]) -> None:
    people = world.people(len(PEOPLE))
    there = world.talk(*people)
    ids, model = [there[each] for each in people], Model()

    for what, one, other in sequence:
        person, conversation, place = people[one], ids[one], model.places[one]
        path = f"{ALL}/{conversation}/{what}"
        if what == "say":
            guid = f"model-{next(_guids)}"
            world.say(person, conversation, "Hi", guid)
            model.say(one, guid)
        elif what == "watch":
            for guid in list(place.seen)[other : other + 1]:
                world.done(person, "POST", f"/api/me/videos/{guid}/read")
                place.seen[guid] = True
        elif what in {"mute", "unmute"}:
            getattr(world, what)(person, people[other])
            (model.muted.add if what == "mute" else model.muted.discard)((one, other))
        else:
            world.done(person, "POST", path)
            if what == "goodbye":
                place.seen = dict.fromkeys(place.seen, True)
            elif what == "leave":
                model.places[one] = Place(left=True)
            elif what == "archive":
                place.archived = True

    for person, conversation, place in zip(people, ids, model.places, strict=True):
        assert shown(world, person, conversation) == place


pytestmark = pytest.mark.slow
