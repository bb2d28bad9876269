"""Conversations, through the real handlers: created, read, left and archived."""

import hashlib
import time
from typing import Any

import pytest

from signpost.messaging import keys
from signpost.platform import aws
from tests import dynamodb
from tests.aws_calls import just_before
from tests.integration.messaging.world import Person, World

ALL = "/api/me/conversations"


def created(world: World, person: Person, **parameters: object) -> int:
    conversation: int = world.done(person, "POST", ALL, **parameters)["id"]
    return conversation


def test_ac_c15_the_list_is_under_conversations_with_the_latest_message_first(world: World) -> None:
    nora, ben, ada = world.people(3)
    with_ben, with_ada = world.talk(nora, ben), world.talk(nora, ada)

    assert [each["id"] for each in world.done(nora, "GET", ALL)["conversations"]] == [with_ada[nora], with_ben[nora]]

    world.say(ben, with_ben[ben], "Hi")

    listed = world.done(nora, "GET", ALL)["conversations"]
    assert [(each["id"], each["unread_count"]) for each in listed] == [(with_ben[nora], 1), (with_ada[nora], 0)]


def test_the_list_goes_on_page_by_page(world: World) -> None:
    nora, ben = world.people(2)
    ids = [world.talk(nora, ben)[nora] for _ in range(5)]

    found, cursor = [], ""
    while True:
        after: dict[str, Any] = {"max_id": cursor} if cursor else {}
        status, body = world.call(nora, "GET", ALL, perPage=2, **after)
        assert status == 200
        found += [each["id"] for each in body["data"]["conversations"]]
        if "pagination" not in body:
            break
        cursor = body["pagination"]["next_max_id"]
        assert body["pagination"]["next_url"].startswith(f"https://signpost.example{ALL}?perPage=2&max_id=")

    assert found == ids[::-1]
    assert world.call(ben, "GET", ALL, max_id=cursor)[0] == 400  # another's


def test_the_list_tells_what_has_changed_since_also_what_was_left(world: World) -> None:
    nora, ben = world.people(2)
    first, second = world.talk(nora, ben)[nora], world.talk(nora, ben)[nora]
    version = world.membership(nora, second)["version"]
    world.done(nora, "POST", f"{ALL}/{first}/leave")

    changed = world.done(nora, "GET", ALL, updated_at=f"{version / 1_000_000:.6f}")["conversations"]

    assert [(each["id"], each["is_deleted"]) for each in changed] == [(first, True)]
    assert world.call(nora, "GET", ALL, updated_at="yesterday")[0] == 422


def test_ac_c16_a_user_s_phone_becomes_a_member_and_another_one_is_invited(world: World) -> None:
    nora, ben = world.people(2)

    conversation = created(world, nora, invites=[ben.phone, "+1 415 555 0199"])

    assert len(world.memberships(ben)) == 1
    shown = world.done(nora, "GET", f"{ALL}/{conversation}")
    assert [each["phone"] for each in shown["invites"]] == ["+14155550199"]
    assert [each["id"] for each in shown["members"]] == [ben.id]
    assert world.memberships(ben)[0]["name"] == f"{nora.username}, +14155550199"


def test_ac_c17_a_conversation_has_the_name_that_it_was_given(world: World) -> None:
    nora, ben = world.people(2)

    conversation = created(world, nora, username=ben.username, name="Sunday hike")

    assert world.done(nora, "GET", f"{ALL}/{conversation}")["name"] == "Sunday hike"
    assert world.memberships(ben)[0]["name"] == "Sunday hike"
    assert world.memberships(ben)[0]["named"] is True


def test_without_a_name_it_is_called_after_the_others_as_each_member_knows_them(world: World) -> None:
    nora, ben, ada = world.people(3)
    world.contact(nora, ben.phone, "Uncle Ben")

    conversation = created(world, nora, username=[ben.username, ada.username], name="<null>")

    assert world.membership(nora, conversation)["name"] == f"Uncle Ben, {ada.username}"
    assert world.memberships(ada)[0]["name"] == f"{nora.username}, {ben.username}"
    assert "named" not in world.memberships(ada)[0]


def test_ac_c19_one_conversation_is_read_with_its_name(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)

    shown = world.done(nora, "GET", f"{ALL}/{there[nora]}")

    assert shown["name"] == ben.username
    assert shown["user_id"] == nora.id
    assert world.done(nora, "GET", f"{ALL}/{there[nora]}/members") == shown["members"]


def test_members_are_named_as_the_reader_knows_them_and_muted_ones_are_blocked(world: World) -> None:
    nora, ben, ada = world.people(3)
    there = world.talk(nora, ben, ada)
    world.contact(nora, ben.phone, "Uncle Ben")
    world.mute(nora, ada)

    members = world.done(nora, "GET", f"{ALL}/{there[nora]}/members")

    assert sorted(members, key=lambda each: int(each["id"])) == [
        {"id": ben.id, "name": "Uncle Ben", "username": ben.username, "is_blocked": False},
        {"id": ada.id, "name": ada.username, "username": ada.username, "is_blocked": True},
    ]


def test_ac_c20_who_leaves_sees_it_deleted_and_gets_it_back_with_the_next_message(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    world.say(ben, there[ben], "Hi")

    world.done(nora, "POST", f"{ALL}/{there[nora]}/leave")

    shown = world.done(nora, "GET", f"{ALL}/{there[nora]}")
    assert (shown["is_deleted"], shown["unread_count"], shown["deleted_at"] is None) == (True, 0, False)
    assert world.done(nora, "GET", ALL)["conversations"] == []
    assert [each["deleted"] for each in world.messages(nora, there[nora])] == [True]
    assert [each["content"] for each in world.messages(ben, there[ben])] == [{"text": "Hi"}]

    world.say(ben, there[ben], "Still there?")

    (shown,) = world.done(nora, "GET", ALL)["conversations"]
    assert (shown["is_deleted"], shown["unread_count"], shown["deleted_at"]) == (False, 1, None)


def test_leaving_what_is_not_there(world: World) -> None:
    status, body = world.call(world.user(), "POST", f"{ALL}/1/leave")

    assert (status, body["meta"]["msg"]) == (400, "conversation could not be deleted")


def test_leaving_a_long_conversation_leaves_the_older_messages_to_the_worker(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    world.fill(nora, there[nora], ben, 95)

    world.done(nora, "POST", f"{ALL}/{there[nora]}/leave")
    world.say(ben, there[ben], "the last")

    assert [each["id"] for each in world.done(nora, "GET", ALL)["conversations"]] == [there[nora]]
    assert world.membership(nora, there[nora])["unread_text"] == 1
    assert sum("deleted" in each for each in world.messages(nora, there[nora])) == 90

    world.deliver()

    assert [("deleted" in each) for each in world.messages(nora, there[nora])] == [True] * 95 + [False]
    assert "clear_due" not in world.membership(nora, there[nora])


def test_an_archived_conversation_comes_back_with_the_next_message(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)

    shown = world.done(nora, "POST", f"{ALL}/{there[nora]}/archive")

    assert (shown["id"], shown["is_archived"]) == (there[nora], True)
    assert world.done(nora, "POST", f"{ALL}/{there[nora]}/archive")["is_archived"] is True
    world.say(ben, there[ben], "Hi")
    assert world.done(nora, "GET", f"{ALL}/{there[nora]}")["is_archived"] is False


def test_ac_c38_one_phone_in_several_spellings_is_one_person(world: World) -> None:
    nora, ben = world.people(2)
    local = ben.phone.removeprefix("+1415")

    conversation = created(world, nora, invites=f"{ben.phone},{local},1 (415) {local},+14155550198,555-0198")

    shown = world.done(nora, "GET", f"{ALL}/{conversation}")
    assert [each["id"] for each in shown["members"]] == [ben.id]
    assert [each["phone"] for each in shown["invites"]] == ["+14155550198"]


def test_ac_c39_an_invite_is_not_accepted_until_its_phone_is_a_user_s(world: World) -> None:
    nora = world.user("nora")
    conversation = created(world, nora, invites=["555-0197"])

    (invite,) = world.done(nora, "GET", f"{ALL}/{conversation}/invites")

    assert (invite["phone"], invite["accepted"], invite["inviter_id"]) == ("+14155550197", False, nora.id)
    (sms,) = [each for each in world.outbox() if each.get("to") == "+14155550197"]
    assert sms["text"].startswith(f"{nora.username} sent you a video message")
    assert sms["text"].endswith("https://signpost.example/download")


def test_somebody_who_has_not_verified_the_phone_is_invited(world: World) -> None:
    nora, squatter = world.user("nora"), world.user("squatter", verified=False)

    conversation = created(world, nora, invites=[squatter.phone])

    assert world.memberships(squatter) == []
    assert [each["phone"] for each in world.done(nora, "GET", f"{ALL}/{conversation}/invites")] == [squatter.phone]


def test_an_invite_is_found_by_its_phone_and_will_be_reminded_of(world: World) -> None:
    nora = world.user("nora")
    created(world, nora, invites=["+14155550196"])

    digest = world.digests.phone("+14155550196")

    (invite,) = [each for each in dynamodb.items(world.table) if each["pk"] == f"phone#{digest}"]
    assert (invite["inviter"], invite["tracked"]) == (nora.id, True)
    assert {"due", "due_at"} <= invite.keys()


def test_ac_c40_a_conversation_was_updated_when_its_last_message_came(world: World) -> None:
    nora, ben = world.people(2)
    there = world.talk(nora, ben)
    world.say(ben, there[ben], "Hi")

    shown = world.done(nora, "GET", f"{ALL}/{there[nora]}")

    assert shown["updated_at"] == shown["last_message_at"]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "missing invites or username"),
        ({"invites": "", "username": []}, "missing invites or username"),
        ({"invites": "12"}, "conversation could not be created, Invalid phone number"),
        ({"username": "nobody_of_this_name"}, "conversation could not be created"),
        ({"username": [f"user{number}" for number in range(256)]}, "a conversation has at most 256 members"),
    ],
)
def test_a_conversation_that_cannot_be_created(world: World, parameters: dict[str, Any], said: str) -> None:
    status, body = world.call(world.user(), "POST", ALL, **parameters)

    assert (status, body["meta"]["msg"]) == (400, said)


def test_with_a_guid_a_creation_that_is_repeated_returns_the_same_conversation(world: World) -> None:
    nora, ben = world.people(2)
    wanted = {"username": ben.username, "invites": ["+14155550195"], "guid": "6D0F"}

    first, again = created(world, nora, **wanted), created(world, nora, **wanted)
    other = created(world, nora, username=ben.username)

    assert first == again != other
    assert len(world.memberships(ben)) == 2
    assert len([each for each in world.outbox() if each.get("to") == "+14155550195"]) == 1


def test_a_user_may_invite_only_so_many_phones_a_day(world: World) -> None:
    nora = world.user("nora")
    key = hashlib.sha256(f"sms invites of {nora.id}".encode()).hexdigest()
    dynamodb.put("RateLimits", {"key": key, "full_at": time.time() + 86_400, "ttl": 2**40})

    status, body = world.call(nora, "POST", ALL, invites=["+12135552000"])

    assert (status, body["meta"]["code"]) == (429, 429)
    assert [each for each in world.outbox() if each.get("to") == "+12135552000"] == []


def test_invites_count_in_one_write_and_once_however_often_it_is_tried(world: World) -> None:
    nora, ben = world.user("nora"), world.user("ben", verified=False)
    phone = keys.phone(world.digests.phone(ben.phone))

    # When one of those who are invited verifies the phone just before the conversation is stored
    def verify() -> None:
        dynamodb.put(world.table, {**phone, "user": ben.id, "verified": True})
        profile = dynamodb.get(world.table, **keys.profile(ben.id))
        dynamodb.put(world.table, {**profile, "verified_at": time.time()})

    started = time.time()
    with just_before(aws.dynamodb(), "dynamodb.TransactWriteItems", verify):
        created(world, nora, invites=[ben.phone, "+12135552010", "+12135552011"])

    # Then he is a member, the others are invited, and the limit knows of the three who were asked
    assert len(world.memberships(ben)) == 1
    invited = {each["to"] for each in world.outbox() if each.get("event") == "invite"}
    assert {"+12135552010", "+12135552011"} <= invited
    assert ben.phone not in invited
    key = hashlib.sha256(f"sms invites of {nora.id}".encode()).hexdigest()
    taken = (float(dynamodb.get("RateLimits", key=key)["full_at"]) - started) / (86_400 / 300)
    assert taken == pytest.approx(3, abs=0.1)


def test_friends_who_are_written_to_count_as_recent(world: World) -> None:
    nora, ben = world.people(2)
    friend = {"pk": f"user#{nora.id}", "sk": f"friend#{ben.id}"}
    dynamodb.put(world.table, {**friend, "since": 1, "last_sent_at": 1, "activity": "f#1"})

    world.talk(nora, ben)

    assert dynamodb.get(world.table, **friend)["last_sent_at"] > 1
