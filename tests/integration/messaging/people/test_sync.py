"""GET /api/me/sync: what an app is told, in how many reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from signpost.messaging import keys, timestamps
from signpost.messaging.versions import Versions
from signpost.platform import aws
from tests import dynamodb
from tests.aws import empty
from tests.aws_calls import at_call
from tests.integration.messaging.people.membership import membership, message
from tests.integration.messaging.people.phone import Phone, stored
from tests.integration.messaging.world import Person, World


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty(world.table)


@contextmanager
def reads() -> Iterator[list[str]]:
    found: list[str] = []
    with at_call(aws.dynamodb(), "before-call.dynamodb", lambda model, **_: found.append(model.name)):
        yield found


def entries(body: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(each["type"], each["sync"].get("name") or each["sync"]["text"]["guid"]) for each in body["data"]]


def put(world: World, person: Person, *items: dict[str, Any]) -> None:
    """With versions in this order, and the clock at the last one."""
    dynamodb.put(world.table, *({**item, "version": 1_000 + number} for number, item in enumerate(items)))
    dynamodb.put(world.table, {**keys.clock(person.id), "version": 999 + len(items)})


def test_ac_c31_without_a_time_all_conversations_come_with_their_unseen_messages(world: World) -> None:
    nora = world.user("nora")
    put(
        world,
        nora,
        membership(nora.id, 1, last_message_at=1_700_000_001, unread_text=1),
        membership(nora.id, 2, last_message_at=1_700_000_002),
        membership(nora.id, 3, last_message_at=1_700_000_003, left_at=1_700_000_004),
        message(nora.id, 1, "01B", guid="new"),
        {key: value for key, value in message(nora.id, 1, "01A", guid="old", seen_at=5).items() if key != "unseen"},
    )

    status, body = world.call(nora, "GET", "/api/me/sync")

    # Then the latest conversation is first, and a message follows its own
    assert status == 200
    assert entries(body) == [("conversation", "talk 2"), ("conversation", "talk 1"), ("message", "new")]
    assert body["data"][1]["sync"]["unseen_count"] == 1
    assert body["meta"] == {"code": 200, "last_sync_at": timestamps.to_text(1_004)}
    assert "pagination" not in body


def test_ac_c32_with_a_time_only_what_has_changed_since_comes(world: World) -> None:
    nora = world.user("nora")
    put(
        world,
        nora,
        membership(nora.id, 1),
        message(nora.id, 1, "01A", guid="first"),
        membership(nora.id, 3, left_at=5),
        {**message(nora.id, 1, "01B", guid="gone"), "deleted": True},
    )

    _, body = world.call(nora, "GET", "/api/me/sync", updated_at=timestamps.to_text(1_000))

    assert entries(body) == [("message", "first"), ("conversation", "talk 3"), ("message", "gone")]
    assert [each["sync"]["is_deleted"] for each in body["data"]] == [False, True, True]
    # And what is handed back brings nothing more
    _, rest = world.call(nora, "GET", "/api/me/sync", updated_at=body["meta"]["last_sync_at"])
    assert (rest["data"], rest["meta"]["last_sync_at"]) == ([], body["meta"]["last_sync_at"])


@pytest.mark.parametrize("stored_messages", [10, 1_000])
def test_nothing_new_takes_two_reads_whatever_is_stored(stored_messages: int, world: World) -> None:
    nora = world.user("nora")
    put(
        world,
        nora,
        *(membership(nora.id, number) for number in range(1, 11)),
        *(message(nora.id, number % 10 + 1, f"01{number:06}") for number in range(stored_messages)),
    )
    now = timestamps.to_text(999 + 10 + stored_messages)

    with reads() as found:
        _, body = world.call(nora, "GET", "/api/me/sync", updated_at=now)

    assert (found, body["data"], body["meta"]["last_sync_at"]) == (["GetItem", "Query"], [], now)


@pytest.mark.parametrize("count", [1, 2, 100])
def test_changes_come_in_pages_and_each_once(count: int, world: World) -> None:
    nora = world.user("nora")
    put(
        world,
        nora,
        membership(nora.id, 1),
        *(message(nora.id, 1, f"01{number}", guid=f"{number}") for number in range(5)),
    )

    since, given = "1970-01-01T00:00:00Z", []
    _, body = world.call(nora, "GET", "/api/me/sync", updated_at=since, count=count)
    given += entries(body)
    while "pagination" in body:
        # Whoever asks on by the page, or by the time, gets the same
        _, by_time = world.call(nora, "GET", "/api/me/sync", updated_at=body["meta"]["last_sync_at"], count=count)
        _, body = world.call(nora, "GET", "/api/me/sync", count=count, max_id=body["pagination"]["next_max_id"])
        assert body["data"] == by_time["data"]
        given += entries(body)

    assert given == [("conversation", "talk 1"), *(("message", str(number)) for number in range(5))]


def test_everything_in_pages_before_the_last_of_which_no_time_can_be_missed(world: World) -> None:
    # Given more than two pages
    nora = world.user("nora")
    items = [
        membership(nora.id, number, last_message_at=1_700_000_000 + number, unread_text=4) for number in range(1, 61)
    ]
    items += [
        message(nora.id, number, f"01{index}", guid=f"{number}-{index}")
        for number in range(1, 61)
        for index in range(4)
    ]
    put(world, nora, *items)

    _, body = world.call(nora, "GET", "/api/me/sync")
    assert (len(body["data"]), body["meta"]["last_sync_at"]) == (100, "1970-01-01T00:00:00.000000Z")
    phone = Phone(world, nora)
    phone.sync()

    assert phone.shown == stored(world, nora)
    assert phone.since == timestamps.to_text(999 + len(items))


def test_an_app_that_knows_no_pages_is_told_everything_in_the_end(world: World) -> None:
    nora = world.user("nora")
    put(world, nora, *(membership(nora.id, number, last_message_at=number) for number in range(1, 151)))
    phone = Phone(world, nora)

    for _ in range(3):
        phone.first_page()

    assert phone.shown == stored(world, nora)


def test_a_conversation_that_moves_up_between_two_pages_is_not_missed(world: World) -> None:
    # Given 150 conversations, the last of which has an unseen message
    nora = world.user("nora")
    places = [membership(nora.id, number, last_message_at=1_700_000_000 - number) for number in range(1, 151)]
    places[-1] |= {"unread_text": 1, "unseen": keys.unread_membership(150)}
    put(world, nora, *places, message(nora.id, 150, "01A", guid="waiting"))
    _, first = world.call(nora, "GET", "/api/me/sync")

    # When something new moves it up, past where the pages are
    moved = {**places[-1], "last_message_at": 1_800_000_000, "activity": keys.membership_activity(1_800_000_000, 150)}
    dynamodb.put(world.table, {**moved, "unread_text": 2, "version": 2_000})
    dynamodb.put(world.table, {**message(nora.id, 150, "01B", guid="new"), "version": 2_001})
    dynamodb.put(world.table, {**keys.clock(nora.id), "version": 2_001})
    _, second = world.call(nora, "GET", "/api/me/sync", max_id=first["pagination"]["next_max_id"])

    # Then its older message comes all the same
    assert ("message", "waiting") in entries(second)
    assert second["meta"]["last_sync_at"] == timestamps.to_text(1_150)


def test_what_is_older_than_a_conversation_can_be_asked_for(world: World) -> None:
    nora = world.user("nora")
    put(world, nora, *(membership(nora.id, number, last_message_at=1_700_000_000 + number) for number in range(1, 6)))

    _, newest = world.call(nora, "GET", "/api/me/sync", count=2)
    before = newest["data"][-1]["sync"]["last_message_at"]
    _, older = world.call(nora, "GET", "/api/me/sync", count=2, before_last_message_at=before)

    assert [name for _, name in entries(newest)] == ["talk 5", "talk 4"]
    assert [name for _, name in entries(older)] == ["talk 3", "talk 2"]


def test_older_apps_get_no_texts_but_move_on(world: World) -> None:
    nora = world.user("nora")
    video = {"type": "video", "content": {"url": "https://e.com/v.mp4"}}
    put(
        world,
        nora,
        *(message(nora.id, 1, f"01{number:03}") for number in range(150)),
        message(nora.id, 1, "01V", guid="video", **video),
        membership(nora.id, 1, unread_text=150, unread_media=1),
    )

    _, full = world.call(nora, "GET", "/api/me/sync", v1=False)
    _, changes = world.call(nora, "GET", "/api/me/sync", v1=False, updated_at="1970-01-01T00:00:00Z")
    _, rest = world.call(nora, "GET", "/api/me/sync", v1=False, max_id=changes["pagination"]["next_max_id"])

    assert changes["data"] == []
    assert [each["type"] for each in rest["data"]] == ["message", "conversation"]
    assert rest["data"][0]["sync"]["guid"] == "video"
    assert rest["data"][1]["sync"]["unseen_count"] == rest["data"][1]["sync"]["unread_count"] == 1
    assert full["data"][0]["sync"]["unread_count"] == 1


def test_messages_that_were_left_behind_are_gone_before_each_is_cleared(world: World) -> None:
    nora = world.user("nora")
    put(
        world,
        nora,
        message(nora.id, 1, "01A", guid="behind"),
        message(nora.id, 1, "01C", guid="new"),
        membership(nora.id, 1, cleared_to="01B", unread_text=1),
    )

    _, full = world.call(nora, "GET", "/api/me/sync")
    _, changes = world.call(nora, "GET", "/api/me/sync", updated_at="0")

    assert entries(full) == [("conversation", "talk 1"), ("message", "new")]
    told = {each["sync"]["text"]["guid"]: each["sync"] for each in changes["data"] if each["type"] == "message"}
    assert {guid: each["is_deleted"] for guid, each in told.items()} == {"behind": True, "new": False}
    assert told["behind"]["text"]["text"] is None


def test_a_write_that_is_under_way_is_told_by_the_next_sync(world: World) -> None:
    # Given a writer that has read the clock, when another one writes before it, and the phone syncs in between
    nora = world.user("nora")
    phone = Phone(world, nora)
    told: list[str | None] = []

    def slow(versions: Versions) -> Any:
        version = versions.next(nora.id)
        if not told:
            world.store.commit([nora.id], fast)
            phone.sync()
            told.append(phone.since)
        return [world.store.table.putting({**membership(nora.id, 1), "version": version})]

    def fast(versions: Versions) -> Any:
        return [world.store.table.putting({**membership(nora.id, 2), "version": versions.next(nora.id)})]

    world.store.commit([nora.id], slow)
    phone.sync()

    # Then the slow one has got a later version than the phone had been told of
    assert set(phone.conversations) == {1, 2}
    assert (phone.since or "") > (told[0] or "~")


def test_a_reply_holds_a_megabyte_of_messages_at_most(world: World) -> None:
    nora = world.user("nora")
    long = {"text": "ä" * 150_000}
    put(
        world,
        nora,
        membership(nora.id, 1, unread_text=20),
        *(message(nora.id, 1, f"01{number:02}", guid=f"{number}", content=long) for number in range(20)),
    )

    for query in ("", "?updated_at=0"):
        _, body = world.call(nora, "GET", f"/api/me/sync{query}")
        assert 2 < len(body["data"]) < 10
        assert "pagination" in body


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"updated_at": "yesterday"}, 422),
        ({"before_last_message_at": "yesterday"}, 422),
        ({"count": 0}, 422),
        ({"count": "many"}, 422),
        ({"max_id": "made-up"}, 400),
    ],
)
def test_what_is_wrong_is_said(parameters: dict[str, Any], status: int, world: World) -> None:
    found, body = world.call(world.user(), "GET", "/api/me/sync", **parameters)

    assert (found, body["meta"]["code"]) == (status, status)
