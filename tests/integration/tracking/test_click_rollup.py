"""The roll-up's handler: what Lambda sends, and what it must return."""

from types import ModuleType, SimpleNamespace

import pytest

from signpost.platform import aws
from signpost.platform.errors import Unavailable
from signpost.tracking.counting.store import CountStore
from tests.aws_calls import at_call
from tests.integration.tracking.callers import event, received
from tests.integration.tracking.world import World
from tests.logs import logged_by


def test_a_batch_is_counted_under_its_shard(click_rollup: ModuleType, world: World, counts: CountStore) -> None:
    campaign = world.campaign()
    records = world.click(campaign, 3)

    assert click_rollup.handler(event(records), None) == {"state": {}, "batchItemFailures": []}

    marks = counts.quarter(campaign, "2026-11-21T07:00").marks
    assert list(marks) == ["shardId-00000001795244400000-00000001"]
    assert counts.current(campaign) == {"android": 3}


def test_a_record_that_is_not_a_click_goes_to_the_failure_queue_without_its_content(
    click_rollup: ModuleType, world: World
) -> None:
    # Given a dozen poison records and a good one
    campaign = world.campaign()
    good, *poison = world.click(campaign, 13, referrer="https://secret.example/")
    for record in poison:
        record["dynamodb"]["NewImage"]["platform"] = {"S": "Nokia"}

    # When they are delivered
    with logged_by(click_rollup.observer.logger) as log:
        reply = click_rollup.handler(event([good, *poison]), None)

    # Then all are acknowledged, and the queue and the log say where the poison is
    assert reply["batchItemFailures"] == []
    assert world.shown(campaign) == {"android": 1}
    sequences = {record["dynamodb"]["SequenceNumber"] for record in poison}
    messages = received()
    assert {message["sequence"] for message in messages} == sequences
    assert {message["shardId"] for message in messages} == {"shardId-00000001795244400000-00000001"}
    assert all(sequence in log.getvalue() for sequence in sequences)
    assert "secret.example" not in log.getvalue() + str(messages)


def test_what_dynamodb_did_not_take_is_delivered_again(click_rollup: ModuleType, world: World) -> None:
    def refuse(**_: object) -> None:
        raise Unavailable("throttled")

    first, second = world.click(world.campaign(), 2)

    with at_call(aws.dynamodb(), "before-call.dynamodb.UpdateItem", refuse):
        reply = click_rollup.handler(event([first, second]), None)

    assert reply["batchItemFailures"] == [{"itemIdentifier": first["dynamodb"]["SequenceNumber"]}]


def test_a_failure_queue_that_does_not_take_everything_fails_the_batch(click_rollup: ModuleType, world: World) -> None:
    (poison,) = world.click(world.campaign())
    poison["dynamodb"]["NewImage"]["platform"] = {"S": "Nokia"}

    half_taken = SimpleNamespace(status_code=200), {"Failed": [{"Id": "0"}]}
    with at_call(aws.sqs(), "before-call.sqs.SendMessageBatch", lambda **_: half_taken), pytest.raises(Unavailable):
        click_rollup.handler(event([poison]), None)


def test_the_end_of_a_window_brings_no_records(click_rollup: ModuleType) -> None:
    assert click_rollup.handler(event([], isFinalInvokeForWindow=True), None) == {"state": {}, "batchItemFailures": []}
