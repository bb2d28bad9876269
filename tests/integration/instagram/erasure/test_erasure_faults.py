"""What holds after a fault at any call of an erasure."""

import json
from typing import Any

import pytest

from signpost.instagram.deletion.request import Erased, Status
from signpost.instagram.install_store import person_key
from signpost.platform import aws
from tests.aws_calls import answered
from tests.faults import Fault, Mode, at_every_call
from tests.integration.instagram.erasure.world import DONE, FAILED, NOW, World, deauthorize, erase

pytestmark = pytest.mark.slow

# To be killed before a call leaves the same as to be killed after the one before it.
FAULTS = pytest.mark.parametrize(
    "modes",
    [
        (Mode.KILLED_AFTER,),
        (Mode.ALL_REPLIES_LOST, Mode.ALL_SERVER_ERRORS, Mode.REPLY_LOST, Mode.ALL_THROTTLED, Mode.ALL_TIMED_OUT),
    ],
    ids=["killed", "not answered"],
)


@FAULTS
def test_whatever_call_fails_all_is_erased_in_the_end_and_counted_once(modes: tuple[Mode, ...], world: World) -> None:
    def scenario(fault: Fault) -> None:
        person = world.fresh()
        install = world.connect(world.fresh(), person)
        world.fill(install, 1)
        wanted = erase(person, f"fault{person}")
        world.requests.add(wanted.code, NOW)

        attempt = fault.attempt(lambda: world.handle(wanted))
        if attempt.reply != DONE:
            assert attempt.killed or attempt.reply == FAILED
            assert world.handle(wanted) == DONE

        progress = world.progress(wanted.code)
        assert (progress.status, progress.erased) == (Status.DONE, Erased(1, 1, 2, 1))
        gone.extend([install.instagram_business_account_id, person_key(person)])

    gone: list[str] = []
    assert at_every_call(scenario, *modes) > 20
    assert world.left(*gone) == []


@FAULTS
def test_whatever_call_fails_connections_end(modes: tuple[Mode, ...], world: World) -> None:
    def scenario(fault: Fault) -> None:
        person = world.fresh()
        installs = [world.connect(world.fresh(), person) for _ in range(2)]

        attempt = fault.attempt(lambda: world.handle(deauthorize(person)))
        if attempt.reply != DONE:
            assert attempt.killed or attempt.reply == FAILED
            assert world.handle(deauthorize(person)) == DONE

        assert all(world.is_ended(each) for each in installs)

    at_every_call(scenario, *modes)


@pytest.mark.parametrize(("receives", "seconds"), [(1, 60), (3, 240), (9, 900)])
def test_what_failed_is_tried_again_later_and_later(receives: int, seconds: int, world: World) -> None:
    fault = Fault(Mode.ALL_SERVER_ERRORS, 1)

    assert fault.attempt(lambda: world.handle(deauthorize("1"), receives=receives)).reply == FAILED
    assert world.put_off == [seconds]


def test_pictures_that_s3_refuses_to_erase_are_tried_again(world: World) -> None:
    person = world.fresh()
    install = world.connect(world.fresh(), person)
    world.fill(install, 1)

    with answered(aws.s3(), "s3.DeleteObjects", lambda _: {"Errors": [{"Key": "pictures/x"}]}):
        assert world.handle(erase(person, "refused0s3")) == FAILED
    assert world.handle(erase(person, "refused0s3")) == DONE

    assert world.left(install.id) == []


def test_measurements_that_dynamodb_does_not_take_are_tried_again(world: World) -> None:
    def refuse(parameters: dict[str, Any]) -> dict[str, Any]:
        return {"UnprocessedItems": json.loads(parameters["body"])["RequestItems"]}

    person = world.fresh()
    install = world.connect(world.fresh(), person)
    world.fill(install, 1)

    with answered(aws.dynamodb_json(), "dynamodb.BatchWriteItem", refuse):
        assert world.handle(erase(person, "unprocessed0")) == FAILED
    assert world.handle(erase(person, "unprocessed0")) == DONE

    assert world.left(install.id) == []
