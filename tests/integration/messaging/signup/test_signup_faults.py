"""What holds after a fault at any call while somebody signs up: nothing twice, nothing half done."""

from typing import Any

import pytest

from signpost.messaging import callers, keys
from tests import aws
from tests.faults import COSTLY_MODES, Fault, Mode, at_every_call
from tests.integration.messaging.signup.newcomers import Newcomers

pytestmark = pytest.mark.slow


def answered(fault: Fault, people: Newcomers, path: str, *others: int, **fields: Any) -> tuple[int, Any]:
    """The reply in the end; a client repeats what was not answered, or with a 503. `others`: what may be said then."""
    attempt = fault.attempt(lambda: people.call("POST", path, **fields))
    if attempt.reply is not None and attempt.reply[0] != 503:
        assert attempt.reply[0] == 200
        return attempt.reply
    status, body = people.call("POST", path, **fields)
    assert status in {200, *others}, body
    return status, body


def consistent(people: Newcomers) -> None:
    """Whatever is unique leads to a profile that says the same, and each profile holds what it says."""
    items = people.items()
    profiles = {item["id"]: item for item in items if item["sk"] == "profile"}
    unique = {item["pk"]: item["user"] for item in items if item["sk"] == "user"}
    expected = {
        key["pk"]: user
        for user, profile in profiles.items()
        for key in (
            keys.email(people.digests.email(profile["email"])),
            keys.username(profile["username"]),
            keys.phone(people.digests.phone(profile["phone"])),
        )
    }
    assert unique == expected
    tokens = {item["pk"].partition("#")[2]: (item["user"], item["device"]) for item in items if item["sk"] == "token"}
    devices = [item for item in items if item["sk"].startswith("device#")]
    opened = {item["digest"]: (int(item["pk"].partition("#")[2]), item["id"]) for item in devices if item.get("digest")}
    assert tokens == opened
    assert {item["pk"] for item in devices} <= {keys.of_user(user) for user in profiles}


@COSTLY_MODES
def test_whichever_call_fails_somebody_is_registered_once(modes: tuple[Mode, ...], people: Newcomers) -> None:
    def scenario(fault: Fault) -> None:
        aws.empty(people.table)
        new = people.new()

        answered(fault, people, "/api/register", **new)

        consistent(people)
        (profile,) = [item for item in people.items() if item["sk"] == "profile"]
        assert len(people.outbox("sms")) == 1
        verified = people.call("POST", "/api/verify", phone=new["phone"], code=people.code(new["phone"]))
        assert (verified[0], verified[1]["user"]["id"]) == (200, profile["id"])

    assert at_every_call(scenario, *modes) >= 3


@COSTLY_MODES
def test_whichever_call_fails_a_phone_is_taken_over_whole(modes: tuple[Mode, ...], people: Newcomers) -> None:
    def scenario(fault: Fault) -> None:
        aws.empty(people.table)
        stranger = people.register()
        people.clock.now += 601
        owner = people.new(phone=stranger["phone"], username=stranger["username"])

        answered(fault, people, "/api/register", **owner)

        consistent(people)
        assert [item["email"] for item in people.items() if item["sk"] == "profile"] == [owner["email"]]

    assert at_every_call(scenario, *modes) >= 3


@COSTLY_MODES
def test_whichever_call_fails_a_phone_is_verified_once(modes: tuple[Mode, ...], people: Newcomers) -> None:
    def scenario(fault: Fault) -> None:
        aws.empty(people.table)
        new = people.register()
        fields = {"phone": new["phone"], "code": people.code(new["phone"]), "platform": "ios", "device_token": "t"}

        # A code whose right try was not answered may be used up
        status, _ = answered(fault, people, "/api/verify", 403, **fields)

        consistent(people)
        profile = people.profile(new["id"])
        assert profile is not None
        assert "verified_at" in profile
        assert [job["job"] for job in people.outbox("job")] == ["registered"]
        assert status == 200 or fault.hit
        log_in = {"email": new["email"], "password": new["password"]}
        assert people.call("POST", "/api/session", **log_in)[0] == 200

    assert at_every_call(scenario, *modes) >= 4


@COSTLY_MODES
def test_whichever_call_fails_one_device_is_logged_in(modes: tuple[Mode, ...], people: Newcomers) -> None:
    new, other = people.verified(), people.verified()
    device = {"platform": "ios", "device_token": "handset"}

    def scenario(fault: Fault) -> None:
        people.call("POST", "/api/session", email=other["email"], password=other["password"], **device)

        _, body = answered(fault, people, "/api/session", email=new["email"], password=new["password"], **device)

        consistent(people)
        assert people.signup.callers.admit(body["access_token"]).user == new["id"]
        owners = [item["pk"] for item in people.items() if item.get("push_token") == "handset"]
        assert owners == [keys.of_user(new["id"])]

    assert at_every_call(scenario, *modes) >= 4


@COSTLY_MODES
def test_whichever_call_fails_a_password_is_changed_once(modes: tuple[Mode, ...], people: Newcomers) -> None:
    new = people.verified()
    passwords = ["correct horse"]

    def scenario(fault: Fault) -> None:
        aws.empty(people.limits)
        opened = people.call("POST", "/api/session", email=new["email"], password=passwords[-1])[1]
        passwords.append(f"horse number {len(passwords)}")
        token = "t" * 30 + str(len(passwords))
        people.signup.store.ask_reset(
            people.profile(new["id"]), callers.digest(token), int(people.clock.now) + 60, None
        )

        answered(fault, people, "/api/password/reset", 400, token=token, password=passwords[-1])

        consistent(people)
        assert people.call("DELETE", "/api/session", access_token=opened["access_token"])[0] == 403
        assert people.call("POST", "/api/session", email=new["email"], password=passwords[-2])[0] == 403
        assert people.call("POST", "/api/session", email=new["email"], password=passwords[-1])[0] == 200

    assert at_every_call(scenario, *modes) >= 4
