"""Friends, people who are looked for, and people who are muted."""

from typing import Any

import pytest

from signpost.messaging import keys
from signpost.messaging.friends.store import FriendStore
from tests import dynamodb
from tests.integration.messaging.world import World


def test_ac_c33_friends_are_listed(world: World) -> None:
    # Given three friends, one of whom has been written to, and has a name in the contacts
    nora, ben, ada, eve = world.user("nora"), world.user("ben"), world.user("ada"), world.user("eve")
    world.done(nora, "POST", "/api/me/friends/add", username=[ben.username, ada.username, eve.username])
    key = keys.friend(nora.id, ada.id)
    dynamodb.put(
        world.table,
        {**key, "since": 1, "last_sent_at": 1_700_000_000, "activity": keys.friend_activity(1_700_000_000)},
    )
    world.contact(nora, ada.phone, "Ada at work")

    friends = world.done(nora, "GET", "/api/me/friends")

    recent = {
        "id": ada.id,
        "username": ada.username,
        "name": "Ada at work",
        "last_sent_at": "2023-11-14T22:13:20.000000Z",
    }
    assert friends["recent_friends"] == [recent]
    assert friends["friends"][0] == recent
    assert sorted(each["username"] for each in friends["friends"]) == sorted([ada.username, ben.username, eve.username])


def test_ac_c34_a_friend_is_added_by_username(world: World) -> None:
    nora, ben = world.user("nora"), world.user("ben")

    added = world.done(nora, "POST", "/api/me/friends/add", username=f" {ben.username.upper()} ,nobody")
    again = world.done(nora, "POST", "/api/me/friends/add", username=ben.username)

    assert added == again == [{"id": ben.id, "username": ben.username, "name": ben.username, "last_sent_at": None}]
    assert world.done(ben, "GET", "/api/me/friends/unadded") == [{"id": nora.id, "username": nora.username}]
    # And who adds back is no longer among them
    world.done(ben, "POST", "/api/me/friends/add", username=nora.username)
    assert world.done(ben, "GET", "/api/me/friends/unadded") == []


def test_a_friend_is_removed(world: World) -> None:
    nora, ben = world.user("nora"), world.user("ben")
    world.done(nora, "POST", "/api/me/friends/add", username=ben.username)

    for _ in range(2):
        assert world.done(nora, "POST", "/api/me/friends/remove", username=[ben.username, "nobody"]) is None

    assert world.done(nora, "GET", "/api/me/friends") == {"recent_friends": [], "friends": []}
    assert world.done(ben, "GET", "/api/me/friends/unadded") == []


def test_a_long_list_of_friends_goes_on(world: World) -> None:
    nora = world.user("nora")
    people = world.people(102)
    FriendStore(world.store.table).add(nora.id, [each.id for each in people])

    _, first = world.call(nora, "GET", "/api/me/friends")
    _, second = world.call(nora, "GET", "/api/me/friends", max_id=first["pagination"]["next_max_id"])

    found = [each["id"] for page in (first, second) for each in page["data"]["friends"]]
    assert (len(first["data"]["friends"]), sorted(found)) == (100, [each.id for each in people])


@pytest.mark.parametrize(
    ("path", "parameters", "said"),
    [
        ("friends/add", {}, "missing username param"),
        ("friends/add", {"username": [str(number) for number in range(101)]}, "username: send at most 100"),
        ("friends/remove", {"username": ""}, "missing username param"),
        ("users/search", {}, "missing username param"),
        ("users/search", {"username": "  "}, "missing username param"),
    ],
)
def test_what_is_wrong_is_said(path: str, parameters: dict[str, Any], said: str, world: World) -> None:
    status, body = world.call(world.user(), "POST", f"/api/me/{path}", **parameters)

    assert (status, body["meta"]["msg"]) == (400, said)


def test_nobody_adds_or_mutes_themselves(world: World) -> None:
    nora = world.user("nora")

    assert world.call(nora, "POST", "/api/me/friends/add", username=nora.username)[0] == 400
    assert world.call(nora, "POST", f"/api/me/users/{nora.id}/mute")[0] == 400


def test_a_user_is_found_by_the_exact_name(world: World) -> None:
    nora, ben, unverified = world.user("nora"), world.user("ben"), world.user(verified=False)

    def found(username: str) -> object:
        return world.done(nora, "POST", "/api/me/users/search", username=username)

    assert found(ben.username.upper()) == {"id": ben.id, "username": ben.username}
    assert (found(f"{ben.username}x"), found(unverified.username), found("'")) == (None, None, None)


def test_ac_c35_a_user_is_muted_and_unmuted(world: World) -> None:
    nora, ben = world.user("nora"), world.user("ben")

    for _ in range(2):
        assert world.done(nora, "POST", f"/api/me/users/{ben.id}/mute") is None
    assert world.done(nora, "GET", "/api/me/users/muted") == [
        {"id": ben.id, "username": ben.username, "name": ben.username}
    ]
    for _ in range(2):
        assert world.done(nora, "POST", f"/api/me/users/{ben.id}/unmute") is None
    assert world.done(nora, "GET", "/api/me/users/muted") == []


@pytest.mark.parametrize("user", ["0", "nobody", "9" * 30, "-1"])
def test_an_unknown_user_is_not_found(user: str, world: World) -> None:
    assert world.call(world.user(), "POST", f"/api/me/users/{user}/mute")[0] == 404
