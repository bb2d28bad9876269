"""What other contexts have Instagram do: syncs are started and stopped, each once, and accounts erased."""

from typing import Any

import pytest

from signpost.instagram.commands import AlreadyActive, Commands, NotActive, NotConnected
from signpost.instagram.installs import Install, item
from signpost.instagram.products import Provider
from signpost.platform import aws
from signpost.platform.errors import NotFound, Unavailable
from signpost.platform.queue import MessageQueue
from tests import dynamodb
from tests.aws import empty_queue
from tests.aws_calls import failing
from tests.installs import connected, new_account
from tests.queue_events import taken
from tests.timing import Time

NOW = 1_795_244_400.0
HOUR = 3600
INSTALLS = "InstagramInstalls"


@pytest.fixture
def queues(signpost_application: object) -> list[str]:
    urls = [aws.sqs().create_queue(QueueName=name)["QueueUrl"] for name in ("CommandedFetches", "CommandedDeletions")]
    for url in urls:
        empty_queue(url)
    return urls


@pytest.fixture
def clock() -> Time:
    return Time(NOW)


@pytest.fixture
def commands(queues: list[str], clock: Time) -> Commands:
    fetches, deletions = (MessageQueue(aws.sqs(), each) for each in queues)
    return Commands(aws.dynamodb(), INSTALLS, fetches, deletions, clock=clock, new_id=lambda _: "0123456789ABCDEF")


def stored(**fields: Any) -> Install:
    install = connected(Provider.FACEBOOK, new_account(), "nora", NOW - 90 * HOUR)
    fields = {"backfill_stage": "done", "backfill_done_at": NOW - 50 * HOUR} | fields
    dynamodb.put(INSTALLS, item(install) | {"sync": "due"} | fields)
    return install


def test_a_sync_that_is_started_begins_at_once_and_goes_on(commands: Commands, queues: list[str], clock: Time) -> None:
    # Given an account that is not synced
    install = stored()
    commands.stop_sync(install.id)
    assert not {"sync", "sync_at"} & dynamodb.get(INSTALLS, key=install.id).keys()

    # When somebody starts it
    commands.start_sync(install.id)

    # Then its newest posts are fetched, sweeps will go on, and its backfill looks for what is missing
    [message] = taken(queues[0])
    assert message == {"install": install.id, "why": "start", "asked_at": NOW, "count": 100}
    found = dynamodb.get(INSTALLS, key=install.id)
    assert (found["sync"], found["backfill_stage"]) == ("due", "comments")
    assert not {"stopped_at", "backfill_done_at"} & found.keys()
    # And not again before that has been done, or is lost
    clock.value += 60
    with pytest.raises(AlreadyActive):
        commands.start_sync(install.id)
    clock.value += 2 * HOUR
    commands.start_sync(install.id)


@pytest.mark.parametrize(
    "running",
    [
        {"lease_by": "x", "lease_until": NOW + 60},
        {"backfill_by": "x", "backfill_until": NOW + 60},
        {"backfill_stage": "posts", "backfill_at": NOW - HOUR},
    ],
)
def test_what_is_running_is_not_started_but_can_be_stopped(
    commands: Commands, clock: Time, running: dict[str, Any]
) -> None:
    install = stored(**running)

    with pytest.raises(AlreadyActive):
        commands.start_sync(install.id)
    commands.stop_sync(install.id)
    clock.value += 1
    with pytest.raises(NotActive):
        commands.stop_sync(install.id)

    assert (
        not {"lease_by", "lease_until", "backfill_by", "backfill_until"} & dynamodb.get(INSTALLS, key=install.id).keys()
    )


def test_an_ended_connection_or_none_is_neither_started_nor_stopped(commands: Commands) -> None:
    install = stored(state="expired")

    with pytest.raises(NotConnected):
        commands.start_sync(install.id)
    with pytest.raises(NotActive):
        commands.stop_sync(install.id)
    with pytest.raises(NotFound):
        commands.start_sync("facebook-0")


def test_a_sync_that_could_not_be_queued_may_be_started_again(commands: Commands, queues: list[str]) -> None:
    install = stored()
    with failing(aws.sqs(), "sqs.SendMessageBatch"), pytest.raises(Unavailable):
        commands.start_sync(install.id)

    commands.start_sync(install.id)

    assert len(taken(queues[0])) == 1


def test_an_account_is_erased_through_the_queue_of_deletions(commands: Commands, queues: list[str]) -> None:
    commands.erase_account("17841400000000002", NOW)

    assert taken(queues[1]) == [
        {
            "kind": "erase_account",
            "person_id": "17841400000000002",
            "issued_at": None,
            "received_at": NOW,
            "code": "0123456789ABCDEF",
        }
    ]
