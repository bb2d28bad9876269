"""A token opens only its user's conversations, and functions have just the rights that their calls need."""

import json
from typing import Any

import pytest

from signpost.platform import ids
from tests import dynamodb
from tests.integration.messaging.world import World
from tests.integration.test_api_permissions import Right, granted, used
from tests.openapi import DOCUMENT

__all__ = ["used"]  # a fixture

ALL = "/api/me/conversations"
BODIES: dict[str, dict[str, Any]] = {
    "text": {"text": "Hi", "guid": "theirs"},
    "goodbye": {"watched_ids": ["secret"]},
    "watch_all": {"message_types": ["text"]},
}
ROUTES = [
    (method.upper(), path)
    for path, methods in DOCUMENT["paths"].items()
    for method in methods
    if path.startswith((f"{ALL}/", "/api/me/videos"))
]


def addressed(path: str, conversation: object, guid: str) -> str:
    return path.replace("{conversation}", str(conversation)).replace("{guid}", guid)


def body_of(method: str, path: str) -> dict[str, Any]:
    return BODIES.get(path.rpartition("/")[2], {}) if method == "POST" else {}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_another_s_conversation_is_not_there(method: str, path: str, world: World) -> None:
    nora, ben, other = world.people(3)
    there = world.talk(nora, ben)
    guid = world.say(ben, there[ben], "a secret")["guid"]
    before = dynamodb.items(world.table)

    for conversation in (*there.values(), "0", "x", "1" * 30):
        status, body = world.call(other, method, addressed(path, conversation, guid), **body_of(method, path))
        assert status in {400, 404}
        assert "a secret" not in json.dumps(body)

    assert dynamodb.items(world.table) == before


@pytest.mark.parametrize(("method", "path"), [*ROUTES, ("GET", ALL), ("POST", ALL)])
def test_without_a_token_nothing_is_read_or_changed(method: str, path: str, world: World) -> None:
    status, body = world.call(None, method, addressed(path, 1, "secret"), **body_of(method, path))

    assert status == 403
    assert body["meta"]["error_type"] == "AuthException"


def test_another_s_cursor_or_one_of_another_list_is_refused(world: World) -> None:
    nora, ben = world.people(2)
    there, other = world.talk(nora, ben), world.talk(nora, ben)
    for number in range(2):
        world.say(nora, there[nora], str(number))
    _, page = world.call(nora, "GET", f"{ALL}/{there[nora]}/messages", perPage=1)
    cursor = page["pagination"]["next_max_id"]

    for caller, conversation in ((ben, there[ben]), (nora, other[nora])):
        status, body = world.call(caller, "GET", f"{ALL}/{conversation}/messages", max_id=cursor)
        assert (status, body["meta"]["msg"]) == (400, "Invalid max_id")


def test_the_rights_of_what_serves_conversations(world: World, used: set[Right]) -> None:
    nora, ben = world.people(2)
    friend = {"pk": f"user#{nora.id}", "sk": f"friend#{ben.id}", "since": 1, "last_sent_at": 1, "activity": "f#1"}
    dynamodb.put(world.table, friend)
    used.clear()

    new = world.done(nora, "POST", ALL, username=ben.username, invites="+14155550188", guid="rights")["id"]
    world.say(nora, new, "Hi")
    conversation = world.done(ben, "GET", ALL)["conversations"][0]["id"]
    world.done(ben, "GET", ALL, updated_at="0")
    for part in ("", "/members", "/invites", "/messages"):
        world.done(ben, "GET", f"{ALL}/{conversation}{part}")
    for part in ("goodbye", "archive", "leave"):
        world.done(ben, "POST", f"{ALL}/{conversation}/{part}")

    assert used == granted("MessagingConversations")


def test_the_rights_of_the_worker(world: World, used: set[Right]) -> None:
    nora, *others = world.people(36)
    conversation = world.done(nora, "POST", ALL, username=[each.username for each in others], invites="555-0187")["id"]
    world.say(nora, conversation, "Hi")
    jobs = world.jobs()
    place = world.membership(others[0], world.memberships(others[0])[0]["id"])
    world.fill(others[0], place["id"], nora, 95)
    world.done(others[0], "POST", f"{ALL}/{place['id']}/leave")
    jobs += [each for each in world.jobs() if each not in jobs]
    leaver = {"pk": f"user#{others[1].id}", "sk": "profile"}
    dynamodb.put(world.table, {**dynamodb.get(world.table, **leaver), "leaving_at": 1, "deletion": ids.ulid(1)})
    used.clear()

    world.run(*jobs, {"job": "delete_user", "user": others[1].id})

    assert dynamodb.get(world.table, **leaver) == {}
    assert others[1].id not in [each["id"] for each in world.done(nora, "GET", f"{ALL}/{conversation}/members")]

    assert used == granted("MessagingWorker")


def test_a_job_that_can_never_be_done_is_passed_over(world: World) -> None:
    jobs: list[Any] = ["no json", [], {"job": "unknown"}, {"job": "clear", "user": "1"}, {"job": "fan_out", "ulid": 1}]
    for job in jobs:
        world.run(job)
