"""Codes, passwords, devices and their access tokens."""

from typing import Any

from signpost.messaging import keys
from signpost.messaging.callers import digest
from signpost.messaging.counts import day_of
from signpost.messaging.signup.devices import Wanted
from tests import dynamodb
from tests.integration.messaging.signup.newcomers import Newcomers

BAD = (
    403,
    {"meta": {"code": 403, "error_type": "AuthException", "msg": "Incorrect code or access_token"}, "data": None},
)


def wrong(code: str) -> str:
    return "1000" if code != "1000" else "1001"


def devices(people: Newcomers, user: int) -> list[dict[str, Any]]:
    return [item for item in people.items(keys.of_user(user)) if item["sk"].startswith("device#")]


def test_ac_c1_the_code_opens_a_session_on_a_device(people: Newcomers) -> None:
    new = people.register()

    status, body = people.call(
        "POST", "/api/verify", phone=new["phone"], code=people.code(new["phone"]), platform="ios", device_token="t1"
    )

    assert status == 200
    assert body["access_token"] == body["user"]["access_token"]
    assert (body["user"]["is_verified"], body["user"]["is_new"]) == (True, True)
    (device,) = devices(people, new["id"])
    assert (device["platform"], device["push_token"], device["digest"]) == ("ios", "t1", digest(body["access_token"]))
    assert people.signup.callers.admit(body["access_token"]).user == new["id"]
    (job,) = people.outbox("job")
    assert (job["job"], job["user"]) == ("registered", new["id"])
    assert body["access_token"] not in str(people.items())


def test_whoever_uses_a_new_session_counts_as_active_that_day(people: Newcomers) -> None:
    token = people.verified()["token"]

    for _ in range(2):
        people.signup.callers.admit(token)

    assert dynamodb.get(people.table, **keys.active_on(str(day_of(people.clock.now))))["active"] == 1


def test_a_code_works_once_and_only_for_its_phone(people: Newcomers) -> None:
    new, other = people.register(), people.register()
    code = people.code(new["phone"])

    assert people.call("POST", "/api/verify", phone=other["phone"], code=wrong(people.code(other["phone"]))) == BAD
    assert people.call("POST", "/api/verify", phone=new["phone"], code=code)[0] == 200
    assert people.call("POST", "/api/verify", phone=new["phone"], code=code) == BAD


def test_somebody_verified_needs_a_code_again(people: Newcomers) -> None:
    new = people.verified()

    for code in ("1234", "0", "00007"):
        assert people.call("POST", "/api/verify", phone=new["phone"], code=code) == BAD
    people.clock.now += 61
    assert people.call("POST", "/api/session", phone=new["phone"])[1]["user"]["id"] == new["id"]
    status, body = people.call("POST", "/api/verify", phone=new["phone"], code=people.code(new["phone"]))
    assert (status, body["user"]["is_new"]) == (200, False)
    assert len(people.outbox("job")) == 1


def test_a_password_that_is_given_with_a_code_has_to_be_right(people: Newcomers) -> None:
    new = people.register()
    code = people.code(new["phone"])

    assert people.call("POST", "/api/verify", phone=new["phone"], code=code, password="wrong horse") == BAD
    assert people.call("POST", "/api/verify", phone=new["phone"], code=code, password=new["password"])[0] == 200


def test_a_code_has_five_tries_and_ten_minutes(people: Newcomers) -> None:
    new = people.register()
    code = people.code(new["phone"])
    for _ in range(5):
        assert people.call("POST", "/api/verify", phone=new["phone"], code=wrong(code)) == BAD
    assert people.call("POST", "/api/verify", phone=new["phone"], code=code) == BAD

    people.clock.now += 61
    people.call("POST", "/api/session", phone=new["phone"])
    people.clock.now += 600
    assert people.call("POST", "/api/verify", phone=new["phone"], code=people.code(new["phone"])) == BAD


def test_guesses_from_many_addresses_open_no_account_and_shut_its_owner_out_for_an_hour_at_most(
    people: Newcomers,
) -> None:
    # Given somebody verified, and an attacker who asks for codes whenever a phone gets one
    owner = people.verified()

    # When they guess 25 times at each, of which five count
    for _ in range(5):
        people.clock.now += 720
        assert people.call("POST", "/api/session", phone=owner["phone"])[0] == 200
        code = people.code(owner["phone"])
        for _ in range(25):
            assert people.call("POST", "/api/verify", phone=owner["phone"], code=wrong(code)) == BAD
        stored = dynamodb.get(people.table, **keys.phone_code(people.digests.phone(owner["phone"])))
        assert stored["tries"] == 5

    # Then not even the right code opens the account, and an hour later its owner gets a new one
    assert people.call("POST", "/api/verify", phone=owner["phone"], code=code) == BAD
    people.clock.now += 3600
    assert people.call("POST", "/api/session", phone=owner["phone"])[0] == 200
    status, body = people.call("POST", "/api/verify", phone=owner["phone"], code=people.code(owner["phone"]))
    assert (status, body["user"]["id"]) == (200, owner["id"])


def test_a_password_opens_a_session_by_address_or_username(people: Newcomers) -> None:
    new = people.verified()

    for login in (new["email"].upper(), f" {new['username']} "):
        status, body = people.call("POST", "/api/session", email=login, password=new["password"])
        assert (status, body["user"]["id"]) == (200, new["id"])
    assert people.call("POST", "/api/session", username=new["username"], password=new["password"])[0] == 200
    for login, password in (
        (new["email"], "wrong horse"),
        ("nobody@example.com", new["password"]),
        ("nobody", "x" * 9),
    ):
        assert people.call("POST", "/api/session", email=login, password=password) == BAD


def test_a_password_opens_nothing_before_the_phone_is_verified(people: Newcomers) -> None:
    new = people.register()

    assert people.call("POST", "/api/session", email=new["email"], password=new["password"]) == BAD


def test_ac_c7_a_phone_alone_is_sent_a_code(people: Newcomers) -> None:
    new = people.verified()
    people.clock.now += 61

    status, body = people.call("POST", "/api/session", phone=new["phone"])

    assert (status, set(body)) == (200, {"user"})
    assert len(people.outbox("sms", new["phone"])) == 2
    assert people.call("POST", "/api/session", phone="+14155559999")[0] == 404
    assert people.call("POST", "/api/session")[1]["meta"]["msg"] == "missing required params"


def test_ac_c8_logging_out_removes_exactly_one_device(people: Newcomers) -> None:
    new = people.verified()
    log_in = {"email": new["email"], "password": new["password"], "platform": "ios"}
    tokens = [people.call("POST", "/api/session", device_token=each, **log_in)[1]["access_token"] for each in "ab"]

    assert people.call("DELETE", "/api/session", access_token=tokens[0]) == (200, "")

    assert len(devices(people, new["id"])) == 2
    assert people.call("DELETE", "/api/session/ios", access_token=tokens[0]) == BAD
    assert people.signup.callers.admit(tokens[1]).user == new["id"]
    assert people.call("DELETE", "/api/session/ios", headers={"authorization": f"Bearer {tokens[1]}"})[0] == 200


def test_a_device_is_found_again_and_its_token_replaced(people: Newcomers) -> None:
    new = people.verified()
    log_in = {"email": new["email"], "password": new["password"]}

    def opened(**device: str) -> str:
        token: str = people.call("POST", "/api/session", **log_in, **device)[1]["access_token"]
        return token

    # Given a general device, which the code was typed in on, and two others
    by_key, by_token = (
        opened(platform="ios", device_id="k", device_token="t"),
        opened(platform="android", device_token="u"),
    )
    assert len(devices(people, new["id"])) == 3

    # When each logs in again, the first one with a new push token
    again = [
        opened(platform="ios", device_id="k", device_token="t2"),
        opened(platform="android", device_token="u"),
        opened(),
    ]

    # Then there are no more devices, and only the new tokens are good
    assert len(devices(people, new["id"])) == 3
    for old in (by_key, by_token, new["token"]):
        assert people.call("DELETE", "/api/session", access_token=old) == BAD
    assert {people.signup.callers.admit(token).user for token in again} == {new["id"]}


def test_a_handset_that_somebody_else_logs_in_on_is_theirs(people: Newcomers) -> None:
    nora, ben = people.verified(), people.verified()
    device = {"platform": "ios", "device_token": "handset"}
    first = people.call("POST", "/api/session", email=nora["email"], password=nora["password"], **device)[1]

    people.call("POST", "/api/session", email=ben["email"], password=ben["password"], **device)

    assert [each["platform"] for each in devices(people, nora["id"])] == ["general"]
    assert people.call("DELETE", "/api/session", access_token=first["access_token"]) == BAD


def test_a_user_has_twenty_devices_at_most(people: Newcomers) -> None:
    new = people.verified()
    tokens = []
    for number in range(21):
        people.clock.now += 1
        session = people.signup.sessions.log_in(
            new["email"], new["password"], Wanted(f"push-{number}", f"key-{number}", "ios")
        )
        tokens.append(session.token)

    assert len(devices(people, new["id"])) == 20
    assert people.call("DELETE", "/api/session", access_token=tokens[0]) == BAD
    assert people.call("DELETE", "/api/session", access_token=tokens[1])[0] == 200


def test_wrong_passwords_are_limited_for_a_name_from_many_addresses_but_not_for_others(people: Newcomers) -> None:
    new, other = people.verified(), people.verified()
    wrong = {"email": new["email"], "password": "wrong horse"}

    assert [people.call("POST", "/api/session", **wrong)[0] for _ in range(11)] == [403] * 10 + [429]
    assert people.call("POST", "/api/session", email=other["email"], password=other["password"])[0] == 200
    people.clock.now += 61
    assert people.call("POST", "/api/session", email=new["email"], password=new["password"])[0] == 200


def test_nobody_learns_from_a_refusal_who_has_an_account(people: Newcomers) -> None:
    known, unverified = people.verified(), people.register()
    calls: list[str] = []
    people.signup.store._table._client.meta.events.register(
        "before-call.dynamodb", lambda model, **_: calls.append(model.name)
    )

    def observed(path: str, **fields: str) -> tuple[Any, ...]:
        calls.clear()
        reply = people.reply("POST", path, **fields)
        return reply["statusCode"], reply["body"], tuple(calls)

    # When passwords, codes and addresses are tried, those of accounts and others cost and say the same
    for path, fields in (
        (
            "/api/session",
            [
                {"email": each, "password": "wrong horse"}
                for each in (known["email"], unverified["email"], "no@example.com")
            ],
        ),
        (
            "/api/verify",
            [{"phone": each, "code": "0000"} for each in (known["phone"], unverified["phone"], "+14155559998")],
        ),
        ("/api/password/forgot", [{"email": each} for each in (known["email"], unverified["email"], "no@example.com")]),
    ):
        assert len({observed(path, **each) for each in fields}) == 1, path
