"""Messages, through the real handlers: sent, seen and listed."""

from typing import Any

import pytest

from signpost.messaging.conversation_shapes import watchable
from signpost.messaging.messages.drafts import Draft
from signpost.messaging.messages.publishing import Publisher
from signpost.messaging.messages.store import MessageStore
from signpost.platform import aws
from tests.aws_calls import noted
from tests.integration.messaging.world import Person, World

ALL = "/api/me/conversations"


def video(world: World, sender: Person, conversation: int, guid: str, **content: str) -> None:
    publisher = Publisher(MessageStore(world.store, world.digests))
    publisher.publish(
        conversation, sender.id, Draft(guid, "video", {"url": f"https://cdn.example/{guid}.mp4", **content})
    )


def unread(world: World, person: Person, conversation: int) -> tuple[int, int]:
    """As counted, and as listed in the index of unseen messages."""
    membership = world.membership(person, conversation)
    counted = membership["unread_text"] + membership["unread_media"]
    assert ("unseen" in membership) == (counted > 0)
    return counted, sum("unseen" in each for each in world.messages(person, conversation))


def test_a_text_reaches_everybody_and_its_sender_has_seen_it(world: World) -> None:
    nora, ben, ada = world.people(3)
    there = world.talk(nora, ben, ada)
    world.contact(ada, nora.phone, "Auntie")

    row = world.say(nora, there[nora], "At nine?", "G-1")

    assert (row["guid"], row["text"], row["user_id"], row["conversation_id"]) == (
        "G-1",
        "At nine?",
        nora.id,
        there[nora],
    )
    assert [unread(world, each, there[each]) for each in (nora, ben, ada)] == [(0, 0), (1, 1), (1, 1)]
    (own,), (bens,), (adas,) = (world.messages(each, there[each]) for each in (nora, ben, ada))
    assert "seen_at" in own
    assert (own["needs_reply"], bens["needs_reply"]) == (False, True)
    assert (bens["sender_name"], adas["sender_name"]) == (nora.username, "Auntie")
    assert own["version"] < world.membership(nora, there[nora])["version"]


def test_a_text_to_ten_members_is_one_transaction(world: World) -> None:
    people = world.people(10)
    there = world.talk(*people)

    with noted(aws.dynamodb(), "dynamodb.TransactWriteItems") as transactions:
        world.say(people[0], there[people[0]], "Hi all")

    assert len(transactions) == 1


@pytest.mark.parametrize("parameters", [{}, {"text": "Hi"}, {"guid": "1"}, {"text": " ", "guid": "1"}])
def test_a_text_needs_text_and_guid(world: World, parameters: dict[str, Any]) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)

    status, body = world.call(nora, "POST", f"{ALL}/{there[nora]}/text", **parameters)

    assert (status, body["meta"]["msg"]) == (400, "missing text or guid fields")


def test_a_text_to_nowhere(world: World) -> None:
    status, body = world.call(world.user(), "POST", f"{ALL}/12/text", text="Hi", guid="1")

    assert (status, body["meta"]["msg"]) == (400, "membership doesn't exist")


def test_the_same_guid_again_is_the_same_message(world: World) -> None:
    nora, ben = world.people(2)
    there, other = world.talk(nora, ben), world.talk(nora, ben)
    first = world.say(nora, there[nora], "Hi", "Same-1")

    assert world.say(nora, there[nora], "something else", "same-1") == first
    for sender, conversation in ((ben, there[ben]), (nora, other[nora])):
        status, body = world.call(sender, "POST", f"{ALL}/{conversation}/text", text="Hi", guid="same-1")
        assert (status, body["meta"]["msg"]) == (400, "guid has already been taken")

    assert unread(world, ben, there[ben]) == (1, 1)


def test_ac_c43_who_mutes_the_sender_gets_no_message(world: World) -> None:
    people = world.people(4)
    there = world.talk(*people)
    world.mute(people[1], people[0])

    world.say(people[0], there[people[0]], "Hi")

    assert sum(len(world.messages(each, there[each])) for each in people) == len(people) - 1


def test_ac_c35_after_unmuting_messages_come_again(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    world.mute(ben, nora)
    world.say(nora, there[nora], "not heard")
    world.unmute(ben, nora)

    world.say(nora, there[nora], "heard")

    assert [each["content"]["text"] for each in world.messages(ben, there[ben])] == ["heard"]


def test_ac_c18_watch_all_marks_what_is_unread_as_seen(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    video(world, ben, there[ben], "v1")
    world.say(ben, there[ben], "Hi")

    world.done(nora, "POST", f"{ALL}/{there[nora]}/watch_all", message_types=["video"])
    assert unread(world, nora, there[nora]) == (1, 1)

    world.done(nora, "POST", f"{ALL}/{there[nora]}/watch_all", v1=False)
    assert unread(world, nora, there[nora]) == (0, 0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "missing required parameter: message_types"),
        ({"message_types": "text"}, "message_types must be an array"),
        *(
            (
                {"message_types": each},
                "message_types must be an array containing at least one of 'text', 'video', 'image'",
            )
            for each in ([], ["context"])
        ),
    ],
)
def test_watch_all_says_what_is_wrong_to_newer_apps(world: World, given: dict[str, Any], said: str) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)

    status, body = world.call(nora, "POST", f"{ALL}/{there[nora]}/watch_all", **given)

    assert (status, body["meta"]["msg"]) == (400, said)


def test_goodbye_marks_what_was_watched_or_everything(world: World) -> None:
    nora, ben = world.people(2)
    there, other = world.talk(nora, ben), world.talk(nora, ben)
    for guid in ("a1", "a2", "a3"):
        world.say(ben, there[ben], "Hi", guid)
    world.say(ben, other[ben], "Hi", "b1")

    path = f"{ALL}/{there[nora]}/goodbye"
    world.done(nora, "POST", path, watched_ids=["A1", "b1", "unknown"])
    assert unread(world, nora, there[nora]) == (2, 2)
    world.done(nora, "POST", path, dwatched_id="a1,a2")
    assert unread(world, nora, there[nora]) == (1, 1)
    world.done(nora, "POST", path)

    assert unread(world, nora, there[nora]) == (0, 0)
    assert unread(world, nora, other[nora]) == (1, 1)
    assert world.call(nora, "POST", f"{ALL}/12/goodbye")[0] == 404


def test_more_than_fit_into_one_transaction_are_marked_as_seen(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    world.fill(nora, there[nora], ben, 95)

    world.done(nora, "POST", f"{ALL}/{there[nora]}/goodbye")

    assert unread(world, nora, there[nora]) == (0, 0)


def test_ac_c28_all_videos_are_listed(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    for number in range(3):
        video(world, nora, there[nora], f"all-{number}")
    world.say(nora, there[nora], "Hi")

    for route in ("videos", "history"):
        found = world.done(nora, "GET", f"{ALL}/{there[nora]}/{route}")
        assert [each["video"]["guid"] for each in found] == ["all-2", "all-1", "all-0"]
    (shown, *_) = world.done(nora, "GET", f"{ALL}/{there[nora]}/videos", v1=False)
    assert (shown["id"], shown["url"], shown["isRead"]) == ("all-2", "https://cdn.example/all-2.mp4", True)
    assert set(shown["display"]) == {"thumb_gravity", "thumb_style"}


def test_ac_c29_a_page_of_five_out_of_ten_is_not_the_last(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    for number in range(10):
        video(world, nora, there[nora], f"page-{number}")
    path = f"{ALL}/{there[nora]}/videos"

    _, first = world.call(nora, "GET", path, page=1, perPage=5)
    _, second = world.call(nora, "GET", path, page=2, perPage=5)
    _, rest = world.call(nora, "GET", path, perPage=5, max_id=first["pagination"]["next_max_id"])

    assert (len(first["data"]), first["meta"]["last_page"]) == (5, False)
    assert (len(second["data"]), second["meta"]["last_page"]) == (5, True)
    assert (rest["data"], rest["meta"]["last_page"]) == (second["data"], None)
    assert "pagination" not in second
    assert world.call(nora, "GET", path, page=300, perPage=5)[0] == 400


def test_messages_lists_what_was_seen_and_old_apps_get_no_texts(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    world.say(nora, there[nora], "mine", "m-1")
    video(world, ben, there[ben], "m-2")
    world.done(nora, "POST", "/api/me/videos/m-2/read")
    world.say(ben, there[ben], "not seen yet", "m-3")
    path = f"{ALL}/{there[nora]}/messages"

    new, old = world.done(nora, "GET", path), world.done(nora, "GET", path, v1=False)

    assert [each[each["type"]]["guid"] for each in new] == ["m-2", "m-1"]
    assert [each["guid"] for each in old] == ["m-2"]
    assert [world.done(nora, "GET", f"{ALL}/{there[nora]}", v1=v1)["unread_count"] for v1 in (True, False)] == [1, 0]


def test_ac_c30_reading_by_guid_marks_the_message_as_seen(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    video(world, ben, there[ben], "read-1")

    shown = world.done(nora, "POST", "/api/me/videos/READ-1/read")

    assert (shown["is_read"], shown["conversation_id"], shown["video"]["guid"]) == (True, there[nora], "read-1")
    assert unread(world, nora, there[nora]) == (0, 0)
    assert world.call(world.user(), "POST", "/api/me/videos/read-1/read")[0] == 404


def test_ac_c41_a_video_s_subtitle_is_the_conversation_s_and_a_sign_off_is_not_watchable(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)

    video(world, ben, there[ben], "s-1", subtitle="On the hill", thumb_url="https://cdn.example/s-1.png")

    shown = world.done(nora, "GET", f"{ALL}/{there[nora]}")
    assert (shown["most_recent_subtitle"], shown["most_recent_thumb_url"]) == (
        "On the hill",
        "https://cdn.example/s-1.png",
    )
    world.done(nora, "POST", f"{ALL}/{there[nora]}/goodbye")
    (message,) = world.messages(nora, there[nora])
    assert message["seen_at"] >= message["sent_at"]
    assert watchable(message, v1=True)
    assert not watchable({name: value for name, value in message.items() if name != "guid"}, v1=True)
