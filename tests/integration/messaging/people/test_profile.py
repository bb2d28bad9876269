"""GET and POST /api/me: the user's own profile."""

from typing import Any

import pytest

from signpost.messaging import keys
from signpost.platform import aws
from tests import dynamodb
from tests.aws_calls import at_call
from tests.integration.messaging.people.membership import membership
from tests.integration.messaging.world import World


def code_of(world: World) -> str:
    """The code of the latest SMS."""
    return str(world.outbox()[-1]["text"]).rpartition(" ")[2]


def test_ac_c10_without_a_token_nothing_is_shown(world: World) -> None:
    status, body = world.call(None, "GET", "/api/me")

    assert (status, body) == (
        403,
        {
            "meta": {"code": 403, "error_type": "AuthException", "msg": "Incorrect code or access_token"},
            "data": None,
        },
    )


def test_ac_c11_a_username_is_changed(world: World) -> None:
    nora = world.user("nora")

    changed = world.done(nora, "POST", "/api/me", username=f"New_{nora.username}")

    # Then it is in lower case, is found by, and the old name is free
    assert changed["username"] == f"new_{nora.username}"
    assert world.done(nora, "GET", "/api/me")["username"] == f"new_{nora.username}"
    ben = world.user()
    assert world.done(ben, "POST", "/api/me/users/search", username=f"new_{nora.username}")["id"] == nora.id
    assert world.done(ben, "POST", "/api/me", username=nora.username)["username"] == nora.username


def test_a_username_is_taken_once(world: World) -> None:
    nora, ben = world.user("nora"), world.user("ben")

    status, body = world.call(ben, "POST", "/api/me", username=nora.username.upper())

    assert (status, body["meta"]) == (400, {"code": 400, "msg": "Username is taken", "errors": ["Username is taken"]})
    assert world.done(ben, "GET", "/api/me")["username"] == ben.username


def test_all_that_is_wrong_is_said_at_once(world: World) -> None:
    status, body = world.call(world.user(), "POST", "/api/me", username="-", phone="nobody")

    assert status == 400
    assert body["meta"]["errors"] == ["Username must be letters, numbers and underscores", "Invalid phone number"]


def test_the_profile_comes_with_the_latest_conversations_in_two_reads(world: World) -> None:
    # Given more conversations than are on a page, friends, and one that was left
    nora = world.user("nora")
    dynamodb.put(
        world.table,
        *(membership(nora.id, number, last_message_at=1_700_000_000 + number) for number in range(1, 104)),
        {**membership(nora.id, 104, last_message_at=1_800_000_000, left_at=1_800_000_001)},
        {**keys.friend(nora.id, 9), "since": 1, "activity": keys.friend_activity(1)},
    )

    # When they are read page by page
    reads: list[str] = []
    with at_call(aws.dynamodb(), "before-call.dynamodb", lambda model, **_: reads.append(model.name)):
        _, first = world.call(nora, "GET", "/api/me")
    _, second = world.call(nora, "GET", "/api/me", max_id=first["pagination"]["next_max_id"])

    # Then each is there once, the latest first
    assert reads == ["GetItem", "Query"]
    assert [each["id"] for each in first["data"]["conversations"]] == list(range(103, 3, -1))
    assert [each["id"] for each in second["data"]["conversations"]] == [3, 2, 1]
    assert second["data"]["username"] == nora.username
    assert "pagination" not in second
    assert first["pagination"]["next_url"].startswith("https://signpost.example/api/me?max_id=")


def test_the_cursor_of_another_user_or_route_is_refused(world: World) -> None:
    nora, ben = world.user("nora"), world.user("ben")
    dynamodb.put(world.table, *(membership(nora.id, number) for number in range(1, 103)))
    cursor = world.call(nora, "GET", "/api/me")[1]["pagination"]["next_max_id"]

    for person, path in ((ben, "/api/me"), (nora, "/api/me/sync")):
        assert world.call(person, "GET", path, max_id=cursor)[0] == 400


def test_a_new_phone_is_the_users_once_its_code_comes_back(world: World) -> None:
    nora, phone = world.user("nora"), "+14155550990"

    # When it is asked for
    status, body = world.call(nora, "POST", "/api/me", phone=phone)

    # Then a code goes there, and nothing else changes
    assert (status, body["meta"], body["data"]["phone"]) == (200, {"code": 200, "phone_pending": True}, nora.phone)
    assert world.outbox()[-1]["to"] == phone

    # And a wrong code does not help
    digits = code_of(world)
    wrong = "1000" if digits != "1000" else "1001"
    assert world.call(nora, "POST", "/api/me", phone=phone, code=wrong)[1]["meta"]["msg"] == "Incorrect code"

    # But the right one does, once: the old phone is free
    assert world.done(nora, "POST", "/api/me", phone=phone, code=digits)["phone"] == phone
    assert dynamodb.get(world.table, **keys.phone(world.digests.phone(phone)))["user"] == nora.id
    assert not dynamodb.get(world.table, **keys.phone(world.digests.phone(nora.phone)))
    # And who invited the new one is found, but nobody is counted as a new user
    jobs = [each for each in world.outbox() if each.get("job") == "registered" and each["user"] == nora.id]
    assert [each["again"] for each in jobs] == [True]


def test_five_tries_are_all(world: World) -> None:
    nora, phone = world.user("nora"), "+14155550991"
    world.done(nora, "POST", "/api/me", phone=phone)
    digits = code_of(world)

    for number in range(5):
        world.call(nora, "POST", "/api/me", phone=phone, code=f"{number:04}")

    assert world.call(nora, "POST", "/api/me", phone=phone, code=digits)[0] == 400
    # And another code comes after a minute only
    status, _ = world.call(nora, "POST", "/api/me", phone=phone)
    assert status == 429


def test_the_phone_of_somebody_else_is_taken(world: World) -> None:
    nora, ben = world.user("nora"), world.user("ben")

    assert world.call(nora, "POST", "/api/me", phone=ben.phone)[1]["meta"]["msg"] == "Phone number is taken"


def test_whoever_never_verified_a_phone_does_not_keep_it(world: World) -> None:
    nora, squatter = world.user("nora"), world.user(verified=False)

    world.done(nora, "POST", "/api/me", phone=squatter.phone)
    world.done(nora, "POST", "/api/me", phone=squatter.phone, code=code_of(world))

    assert dynamodb.get(world.table, **keys.phone(world.digests.phone(squatter.phone)))["user"] == nora.id
    # And the account that has no phone now is gone, with the names that it held
    email = keys.email(world.digests.email(f"{squatter.username}@example.com"))
    held = [keys.profile(squatter.id), keys.clock(squatter.id), keys.username(squatter.username), email]
    assert not any(dynamodb.get(world.table, **key) for key in held)


def test_a_device_gets_pushes_where_it_says_and_keeps_its_token_otherwise(world: World) -> None:
    nora = world.user("nora")

    world.done(nora, "POST", "/api/me", device_token="a1b2")
    world.done(nora, "POST", "/api/me", username=nora.username)

    assert dynamodb.get(world.table, **keys.device(nora.id, 1))["push_token"] == "a1b2"


@pytest.mark.parametrize("names", [("ios-app-ver", "ios-model-name"), ("android-app-version", "android-model-name")])
def test_an_app_that_says_what_it_is_is_noted_once(names: tuple[str, str], world: World) -> None:
    nora = world.user("nora")
    headers = dict(zip(names, ("2.1", "iPhone 5"), strict=True))

    def written() -> list[Any]:
        writes: list[Any] = []
        with at_call(aws.dynamodb(), "before-call.dynamodb.UpdateItem", lambda **_: writes.append(1)):
            assert world.call(nora, "GET", "/api/me", headers=headers)[0] == 200
        return writes

    assert (len(written()), len(written())) == (3, 0)
    assert dynamodb.get(world.table, **keys.profile(nora.id))["app_version"] == "2.1"
    assert dynamodb.get(world.table, **keys.device(nora.id, 1))["description"] == "iPhone 5"


def test_who_is_deleted_is_gone(world: World) -> None:
    # Given somebody with a friend, a contact and a conversation
    nora, ben = world.user("nora"), world.user("ben")
    talk = world.talk(nora, ben)
    world.say(nora, talk[nora], "Hi")
    world.done(nora, "POST", "/api/me/friends/add", username=ben.username)

    # When the deletion is asked for, and done
    path = world.done(nora, "DELETE", "/api/me")["status_path"]
    world.deliver()

    # Then nothing is left, the token opens nothing, and nobody finds the name
    assert path.startswith("/api/deletions/")
    assert world.call(nora, "GET", "/api/me")[0] == 403
    [clock] = [item for item in dynamodb.items(world.table) if item["pk"] == keys.of_user(nora.id)]
    assert clock["closed"]  # until it goes by itself
    assert world.done(ben, "POST", "/api/me/users/search", username=nora.username) is None
