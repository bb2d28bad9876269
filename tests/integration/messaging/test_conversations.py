"""Conversations, through the real handlers."""

from tests.integration.messaging.world import World


def test_ac_c15_the_list_is_under_conversations(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)

    listed = world.done(nora, "GET", "/api/me/conversations")

    assert [each["id"] for each in listed["conversations"]] == [there[nora]]
