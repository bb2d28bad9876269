"""Registering: what is taken, what is sent, and who may have a phone."""

from typing import Any

import pytest

from signpost.messaging import keys
from tests import dynamodb
from tests.integration.messaging.signup.newcomers import Newcomers


def refused(status: int, *errors: str) -> tuple[int, Any]:
    return status, {"meta": {"code": status, "msg": ", ".join(errors), "errors": list(errors)}}


def test_ac_c3_somebody_registers_and_is_sent_a_code(people: Newcomers) -> None:
    new = people.new(
        email="Nora@Example.com", username="Nora_1", phone="(415) 555-0100", cohort="https://x.example/beta/pals"
    )

    status, body = people.call("POST", "/api/register", **new)

    assert status == 200
    user = body["user"]
    assert (user["username"], user["phone"], user["is_verified"], user["is_new"]) == (
        "nora_1",
        "+14155550100",
        False,
        False,
    )
    (sms,) = people.outbox("sms")
    assert (sms["to"], sms["text"]) == ("+14155550100", f"Signpost code: {people.code('+14155550100')}")
    profile = people.profile(user["id"])
    assert profile is not None
    assert (profile["email"], profile["cohort"]) == ("nora@example.com", "pals")
    assert profile["password"].startswith("$argon2id$")


def test_ac_c36_a_code_has_four_digits_and_is_not_stored_and_nobody_starts_verified(people: Newcomers) -> None:
    new = people.register()

    code = people.code(new["phone"])
    assert len(code) == 4
    assert "verified_at" not in (people.profile(new["id"]) or {})
    stored = [item for item in people.items() if not item["pk"].startswith("outbox#")]
    assert code not in {value for item in stored for value in item.values() if isinstance(value, str)}


def test_ac_c2_without_parameters_it_says_what_is_missing(people: Newcomers) -> None:
    for path in ("/api/register", "/api/verify"):
        assert people.call("POST", path) == refused(400, "Missing required params")
        assert people.call("POST", path, email=None, phone=None) == refused(400, "Missing required params")


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"email": "nora"}, ["Email must be valid"]),
        ({"username": "1nora"}, ["Username must be letters, numbers and underscores"]),
        ({"phone": "123"}, ["Invalid phone number"]),
        ({"phone": "   ", "email": "x"}, ["Email must be valid", "Phone number cannot be blank"]),
    ],
)
def test_what_is_not_allowed_is_refused_with_one_error_for_each_field(
    people: Newcomers, fields: dict[str, str], errors: list[str]
) -> None:
    assert people.call("POST", "/api/register", **people.new(**fields)) == refused(400, *errors)
    assert people.items() == []


def test_ac_c4_an_address_is_taken_for_whoever_has_another_password(people: Newcomers) -> None:
    new = people.register()
    again = people.new(email=new["email"].upper(), password="another password")

    assert people.call("POST", "/api/register", **again) == refused(400, "Email is taken")


def test_the_address_of_somebody_verified_is_taken_even_with_the_password(people: Newcomers) -> None:
    new = people.verified()

    assert people.call("POST", "/api/register", **people.new(email=new["email"])) == refused(400, "Email is taken")


def test_ac_c5_ac_c6_a_username_and_a_phone_are_taken(people: Newcomers) -> None:
    new = people.verified()

    username = people.new(username=new["username"].upper())
    assert people.call("POST", "/api/register", **username) == refused(400, "Username is taken")
    phone = people.new(phone=new["phone"])
    assert people.call("POST", "/api/register", **phone) == refused(400, "Phone number is taken")
    both = people.new(phone=new["phone"], username=new["username"])
    assert people.call("POST", "/api/register", **both) == refused(400, "Username is taken", "Phone number is taken")


def test_a_request_that_is_repeated_does_nothing_twice(people: Newcomers) -> None:
    new = people.new()

    first = people.call("POST", "/api/register", **new)
    assert people.call("POST", "/api/register", **new) == first

    assert len(people.outbox("sms")) == 1
    assert len([item for item in people.items("user#") if item["sk"] == "profile"]) == 1


def test_somebody_unverified_may_correct_phone_and_username(people: Newcomers) -> None:
    # Given somebody who mistyped both
    new = people.register()
    right = people.new(email=new["email"])

    # When they register again, with the same password
    status, body = people.call("POST", "/api/register", **right)

    # Then it is the same user, and what they mistyped is free for others
    assert (status, body["user"]["id"], body["user"]["phone"]) == (200, new["id"], right["phone"])
    people.clock.now += 61
    other = people.register(username=new["username"], phone=new["phone"])
    assert other["id"] != new["id"]
    status, body = people.call("POST", "/api/verify", phone=right["phone"], code=people.code(right["phone"]))
    assert (status, body["user"]["username"]) == (200, right["username"])


def test_whoever_never_verified_a_phone_gives_way_to_its_owner(people: Newcomers) -> None:
    # Given a stranger who registered somebody's phone
    stranger = people.register()
    owner = people.new(phone=stranger["phone"])

    # When its owner registers while the stranger's code still works
    # Then that is refused
    assert people.call("POST", "/api/register", **owner) == refused(400, "Phone number is taken")

    # When it does not work any more
    people.clock.now += 601
    status, body = people.call("POST", "/api/register", **owner)

    # Then the phone is the owner's, and nothing is left of the stranger's account
    assert status == 200
    assert people.profile(stranger["id"]) is None
    assert people.call("POST", "/api/verify", phone=owner["phone"], code=people.code(owner["phone"]))[0] == 200
    assert dynamodb.get(people.table, **keys.phone(people.digests.phone(owner["phone"])))["user"] == body["user"]["id"]
    left = [
        item
        for item in people.items()
        if item.get("user") == stranger["id"] or item["pk"] == keys.of_user(stranger["id"])
    ]
    assert left == []
    assert people.register(email=stranger["email"], username=stranger["username"])["id"] != stranger["id"]


def test_whoever_verified_a_phone_keeps_it(people: Newcomers) -> None:
    owner = people.verified()
    people.clock.now += 10 * 86_400

    assert people.call("POST", "/api/register", **people.new(phone=owner["phone"])) == refused(
        400, "Phone number is taken"
    )
    assert people.profile(owner["id"]) is not None


def test_a_phone_is_sent_five_codes_an_hour_and_one_a_minute(people: Newcomers) -> None:
    new = people.register()
    for _ in range(4):
        assert people.call("POST", "/api/session", phone=new["phone"])[0] == 200  # the last one is on its way
        people.clock.now += 61
        assert people.call("POST", "/api/session", phone=new["phone"])[0] == 200
    people.clock.now += 61

    reply = people.reply("POST", "/api/session", phone=new["phone"])

    assert (reply["statusCode"], len(people.outbox("sms"))) == (429, 5)
    people.clock.now += int(reply["headers"]["retry-after"])
    assert people.call("POST", "/api/session", phone=new["phone"])[0] == 200
    assert len(people.outbox("sms")) == 6


def test_one_address_registers_twenty_people_at_once_at_most(people: Newcomers) -> None:
    statuses = [people.call("POST", "/api/register", ip="203.0.113.9", **people.new(phone="1"))[0] for _ in range(21)]

    assert statuses == [400] * 20 + [429]
