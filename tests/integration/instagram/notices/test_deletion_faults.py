"""What holds after a fault at any call of a deletion."""

from typing import Any

import pytest

from signpost.instagram.deletion.request import Erased, Status
from signpost.instagram.install_store import person_key
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests.faults import Fault, Mode, at_every_call
from tests.integration.instagram.notices.deletion import DONE, FAILED, Deletion, is_ended
from tests.integration.instagram.notices.world import NOW, World, deauthorize, erase

pytestmark = pytest.mark.slow

# ------------------------------------------------------------------------------------------------------------- faults
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
def test_whatever_call_fails_all_is_erased_in_the_end_and_counted_once(
    modes: tuple[Mode, ...], deletion: Deletion, world: World
) -> None:
    def scenario(fault: Fault) -> None:
        person = world.fresh()
        install = world.connect(world.fresh(), person)
        world.fill(install, 1)
        wanted = erase(person, f"fault{person}")
        world.requests.add(wanted.code, NOW)

        attempt = fault.attempt(lambda: deletion.handle(wanted))
        if attempt.reply != DONE:
            assert attempt.killed or attempt.reply == FAILED
            assert deletion.handle(wanted) == DONE

        progress = world.progress(wanted.code)
        assert (progress.status, progress.erased) == (Status.DONE, Erased(1, 1, 2, 1))
        gone.extend([install.instagram_business_account_id, person_key(person)])

    gone: list[str] = []
    assert at_every_call(scenario, *modes) > 20
    assert world.left(*gone) == []


@FAULTS
def test_whatever_call_fails_connections_end(modes: tuple[Mode, ...], deletion: Deletion, world: World) -> None:
    def scenario(fault: Fault) -> None:
        person = world.fresh()
        installs = [world.connect(world.fresh(), person) for _ in range(2)]

        attempt = fault.attempt(lambda: deletion.handle(deauthorize(person)))
        if attempt.reply != DONE:
            assert attempt.killed or attempt.reply == FAILED
            assert deletion.handle(deauthorize(person)) == DONE

        assert all(is_ended(world, each) for each in installs)

    at_every_call(scenario, *modes)


@pytest.mark.parametrize(("received", "seconds"), [(1, 60), (3, 240), (9, 960)])
def test_what_failed_is_tried_again_later_and_later(
    received: int, seconds: int, deletion: Deletion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("not now")

    monkeypatch.setattr(deletion.module.INSTALLS, "of_person", fail)

    assert deletion.handle(deauthorize("1"), received=received) == FAILED
    assert deletion.put_off == [seconds]


@pytest.mark.parametrize("reply", [{"Errors": [{"Key": "pictures/x"}]}])
def test_pictures_that_s3_refuses_to_erase_are_tried_again(
    reply: Any, deletion: Deletion, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = world.fresh()
    install = world.connect(world.fresh(), person)
    world.fill(install, 1)

    with monkeypatch.context() as broken:
        broken.setattr(aws.s3(), "delete_objects", lambda **_: reply)
        assert deletion.handle(erase(person, "refused0s3")) == FAILED
    assert deletion.handle(erase(person, "refused0s3")) == DONE

    assert world.left(install.id) == []


def test_measurements_that_dynamodb_does_not_take_are_tried_again(
    deletion: Deletion, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = world.fresh()
    install = world.connect(world.fresh(), person)
    world.fill(install, 1)

    with monkeypatch.context() as broken:
        broken.setattr(world.client, "batch_write_item", lambda **each: {"UnprocessedItems": each["RequestItems"]})
        assert deletion.handle(erase(person, "unprocessed0")) == FAILED
    assert deletion.handle(erase(person, "unprocessed0")) == DONE

    assert world.left(install.id) == []
