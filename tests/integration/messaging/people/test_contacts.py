"""Which phones are users': anonymously, and from one's own address book."""

from typing import Any

import pytest

from signpost.messaging import keys, phones
from tests import dynamodb
from tests.aws import empty
from tests.integration.messaging.world import Person, World


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    empty(world.table, "RateLimits")


def md5(person: Person) -> str:
    return phones.md5_hash(person.phone)


def test_ac_c12_users_are_found_by_their_numbers(world: World) -> None:
    nora, ben = world.user("nora"), world.user("ben")

    status, body = world.call(None, "POST", "/api/contacts/check", numbers=[ben.phone, nora.phone[2:], "+4912345678"])

    assert status == 200
    assert [each["id"] for each in body["data"]] == [ben.id, nora.id]
    assert body["data"][0]["phone_hashed"] == md5(ben)
    # And by GET, as one text, without oneself
    found = world.done(nora, "GET", "/api/contacts/check", numbers=f"{ben.phone},{nora.phone},not a number")
    assert [each["username"] for each in found] == [ben.username]


def test_ac_c13_users_are_found_by_hashes_without_a_token(world: World) -> None:
    ben = world.user("ben")
    unverified = world.user(verified=False)

    contacts = [{"n": "Ben", "p": f"{md5(ben).upper()},{'0' * 32}"}, {"n": "X", "p": md5(unverified)}]
    status, body = world.call(None, "POST", "/api/contacts/check", c=contacts)

    assert (status, [each["id"] for each in body["data"]]) == (200, [ben.id])
    assert not any("owner#" in item["sk"] for item in dynamodb.items(world.table))


def test_ac_c14_an_address_book_becomes_contacts(world: World) -> None:
    # Given one phone that is a user's and one that is not, and the caller's own
    nora, ben = world.user("nora"), world.user("ben")
    given = [{"n": "Ben", "p": md5(ben)}, {"n": "Zoe", "p": "0" * 32}, {"n": "Me", "p": [md5(nora)]}]

    found = world.done(nora, "POST", "/api/contacts/check", c=given)
    again = world.done(nora, "POST", "/api/contacts/check", c=given[:2])

    # Then the one on the service is told, and all are kept, once
    assert [(each["name"], each["username"], each["phone_hashed"]) for each in found] == [
        ("Ben", ben.username, md5(ben))
    ]
    assert again == found == world.done(nora, "GET", "/api/contacts")
    kept = [item for item in dynamodb.items(world.table) if item["sk"].startswith("contact#")]
    assert sorted(item["name"] for item in kept) == ["Ben", "Me", "Zoe"]
    assert dynamodb.get(world.table, **keys.contact_owner(world.digests.phone(ben.phone), nora.id))["name"] == "Ben"


def test_a_contact_that_is_called_something_else_is_renamed(world: World) -> None:
    nora, ben = world.user("nora"), world.user("ben")
    world.done(nora, "POST", "/api/contacts/check", c=[{"n": "Ben", "p": md5(ben)}])

    world.done(nora, "POST", "/api/contacts/check", c=[{"n": "Benny", "p": md5(ben)}])

    assert [each["name"] for each in world.done(nora, "GET", "/api/contacts")] == ["Benny"]
    assert dynamodb.get(world.table, **keys.contact_owner(world.digests.phone(ben.phone), nora.id))["name"] == "Benny"


def test_an_address_book_in_a_query(world: World) -> None:
    nora, ben = world.user("nora"), world.user("ben")
    path = f"/api/contacts/check?c[0][n]=Ben&c[0][p]={md5(ben)}"

    assert [each["name"] for each in world.done(nora, "GET", path)] == ["Ben"]


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({}, "missing required params"),
        ({"numbers": [], "c": []}, "missing required params"),
        ({"c": [{"n": "Ben", "p": "short"}]}, "Invalid phone hash"),
        ({"numbers": [f"+1415555{number:04}" for number in range(101)]}, "numbers: send at most 100"),
        ({"c": [{"n": "", "p": ["0" * 32] * 101}]}, "c: send at most 100 phones"),
    ],
)
def test_what_is_wrong_is_said(parameters: dict[str, Any], said: str, world: World) -> None:
    status, body = world.call(None, "POST", "/api/contacts/check", **parameters)

    assert (status, body["meta"]["msg"]) == (400, said)


def test_a_wrong_token_is_not_taken_for_none(world: World) -> None:
    stranger = world.user()._replace(token="unknown")

    assert world.call(stranger, "POST", "/api/contacts/check", numbers=["+14155550100"])[0] == 403


def test_who_has_no_token_may_not_ask_for_ever(world: World) -> None:
    statuses = [world.call(None, "GET", "/api/contacts/check", numbers="+14155550100")[0] for _ in range(25)]

    assert statuses[-1] == 429
