"""Several do the same at the same time: one of them wins, and no try is free."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from signpost.messaging import keys, names
from signpost.messaging.signup.devices import Wanted
from signpost.platform.errors import SignpostError
from tests import dynamodb
from tests.integration.messaging.signup.newcomers import Newcomers

AT_ONCE = 6


def outcomes(act: Callable[[int], Any]) -> Sequence[Any]:
    """What each of them got: a result or an error."""

    def attempt(number: int) -> Any:
        try:
            return act(number)
        except SignpostError as error:
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(attempt, range(AT_ONCE)))


def succeeded(results: Sequence[Any]) -> list[Any]:
    return [each for each in results if not isinstance(each, SignpostError)]


def test_one_of_several_gets_a_name_and_a_phone(people: Newcomers) -> None:
    same = people.new()

    def register(number: int) -> Any:
        wanted = names.Registration(f"nora+{number}@example.com", same["username"], same["phone"], "correct horse")
        return people.signup.registering.register(wanted)

    (winner,) = succeeded(outcomes(register))

    profiles = [item for item in people.items("user#") if item["sk"] == "profile"]
    assert [profile["id"] for profile in profiles] == [winner["id"]]
    assert len(people.items("email#")) == len(people.outbox("sms")) == 1


def test_a_code_opens_one_session(people: Newcomers) -> None:
    new = people.register()
    code = people.code(new["phone"])

    results = outcomes(lambda _: people.signup.sessions.verify(new["phone"], code, None, Wanted()))

    assert len(succeeded(results)) == 1
    assert len(people.outbox("job")) == len(people.items("token#")) == 1


def test_five_of_several_guesses_count(people: Newcomers) -> None:
    new = people.register()
    wrong = "1000" if people.code(new["phone"]) != "1000" else "1001"

    results = outcomes(lambda _: people.signup.sessions.verify(new["phone"], wrong, None, Wanted()))

    assert succeeded(results) == []
    assert dynamodb.get(people.table, **keys.phone_code(people.digests.phone(new["phone"])))["tries"] == 5


def test_one_code_is_sent_to_a_phone(people: Newcomers) -> None:
    new = people.verified()
    people.clock.now += 61

    results = outcomes(lambda _: people.signup.sessions.send_code(new["phone"]))

    assert len(succeeded(results)) == AT_ONCE
    assert len(people.outbox("sms")) == 2


def test_sessions_of_one_device_leave_one_token(people: Newcomers) -> None:
    new = people.verified()
    device = Wanted("push", "key", "ios")
    people.signup.sessions.log_in(new["email"], new["password"], device)

    outcomes(lambda _: people.signup.sessions.log_in(new["email"], new["password"], device))

    tokens = {item["pk"].partition("#")[2] for item in people.items("token#")}
    devices = [item for item in people.items("user#") if item["sk"].startswith("device#")]
    assert tokens == {item["digest"] for item in devices}
    assert len(devices) == 2
