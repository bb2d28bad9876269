"""What holds after a fault at any call of an erasure."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from signpost.instagram.deletion.request import Erased, Status
from signpost.instagram.install_store import person_key
from signpost.platform import aws
from tests.aws_calls import answered
from tests.faults import Fault, Mode, at_every_call
from tests.integration.instagram.erasure.world import DONE, FAILED, NOW, World, deauthorize, erase

pytestmark = pytest.mark.slow

# Being killed before a call leaves the same as being killed after the previous one.
FAULTS = pytest.mark.parametrize(
    "modes",
    [
        (Mode.KILLED_AFTER,),
        (Mode.ALL_REPLIES_LOST, Mode.ALL_SERVER_ERRORS, Mode.REPLY_LOST, Mode.ALL_THROTTLED, Mode.ALL_TIMED_OUT),
    ],
    ids=["killed", "not answered"],
)


@FAULTS
def test_whichever_call_fails_everything_is_erased_and_counted_once(modes: tuple[Mode, ...], world: World) -> None:
    def scenario(fault: Fault) -> None:
        person, install = world.somebody(1)
        wanted = erase(person, f"fault{person}")
        world.requests.add(wanted.code, NOW)

        attempt = fault.attempt(lambda: world.handle(wanted))
        if attempt.reply != DONE:
            assert attempt.killed or attempt.reply == FAILED
            assert world.handle(wanted) == DONE

        progress = world.progress(wanted.code)
        assert (progress.status, progress.erased) == (Status.DONE, Erased(1, 1, 2, 1))
        assert set(world.announced()) == {install.id}  # at least once
        gone.extend([install.instagram_business_account_id, person_key(person)])

    gone: list[str] = []
    assert at_every_call(scenario, *modes) > 20
    assert world.left(*gone) == []


@FAULTS
def test_whichever_call_fails_connections_end(modes: tuple[Mode, ...], world: World) -> None:
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
def test_retries_wait_longer_and_longer(receives: int, seconds: int, world: World) -> None:
    fault = Fault(Mode.ALL_SERVER_ERRORS, 1)

    assert fault.attempt(lambda: world.handle(deauthorize("1"), receives=receives)).reply == FAILED
    assert world.put_off == [seconds]


@pytest.mark.parametrize(
    ("client", "operation", "reply"),
    [
        (aws.s3, "s3.DeleteObjects", lambda _: {"Errors": [{"Key": "pictures/x"}]}),
        (
            aws.dynamodb,
            "dynamodb.BatchWriteItem",
            lambda parameters: {"UnprocessedItems": json.loads(parameters["body"])["RequestItems"]},
        ),
    ],
)
def test_what_a_service_does_not_delete_is_tried_again(
    client: Callable[[], Any], operation: str, reply: Callable[[Any], Any], world: World
) -> None:
    person, install = world.somebody(1)

    with answered(client(), operation, reply):
        assert world.handle(erase(person, "undeleted0")) == FAILED
    assert world.handle(erase(person, "undeleted0")) == DONE

    assert world.left(install.id) == []
