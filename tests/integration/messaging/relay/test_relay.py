"""The relay: what is in the queues, on the bus and in the totals after stream records were delivered."""

from types import ModuleType
from typing import Any

import boto3
import pytest

from signpost.messaging.counts import Counts, Day, day_of
from signpost.messaging.readings import Readings
from signpost.messaging.relay import __main__ as command
from signpost.messaging.relay.stream_client import StreamClient
from signpost.platform import aws
from tests import dynamodb
from tests.aws_calls import failing
from tests.integration.conftest import Handlers
from tests.integration.messaging.relay.world import World
from tests.integration.test_api_permissions import Right, granted, used
from tests.logs import logged_by
from tests.samples import sample
from tests.stream_records import SHARD, stream_event

__all__ = ["used"]  # a fixture


@pytest.fixture
def function(handlers: Handlers) -> ModuleType:
    return handlers("messaging_relay")


def test_the_sample_batch_reaches_every_queue(function: ModuleType, world: World) -> None:
    reply = function.handler(sample("messaging_relay", "changes"), None)

    assert reply == {"state": {}, "batchItemFailures": []}
    assert world.queued("sms") == [{"channel": "sms", "outbox": "01M7YH2HCG72TECMQ49PKZ57H5"}]
    assert [job["message"] for job in world.queued("push")] == ["01M7YH2HCG72TECMQ49PKZ57H6"]
    assert [job["job"] for job in world.queued("jobs")] == ["registered", "clear"]
    assert world.totals() == {"users": 1, "conversations": 1, "messages": 1, "received": 1}


def test_the_end_of_a_window_changes_nothing(function: ModuleType, world: World) -> None:
    assert function.handler(stream_event([]), None)["batchItemFailures"] == []
    assert world.totals() == {}


def test_a_batch_that_is_delivered_three_times_counts_once(world: World) -> None:
    first, second = [world.video(), world.copy()], [world.video()]

    results = [world.relay.apply(SHARD, batch) for batch in (first, first, [*first, *second])]

    assert world.totals() == {"messages": 2, "videos": 2, "received": 1}
    assert [result.events["VideoSent"] for result in results] == [1, 0, 1]
    today = day_of(world.now)
    [day] = Readings(aws.dynamodb(), world.settings.messaging_table).days([today])
    assert day == Day(today, Counts(messages=2, videos=2, received=1), active=0)


def test_each_shard_has_its_own_mark(world: World) -> None:
    early, late = world.video(), world.video()

    world.relay.apply("shardId-2", [late])
    world.relay.apply("shardId-1", [early])  # with a smaller sequence number
    world.relay.apply("shardId-2", [late])

    assert world.totals() == {"messages": 2, "videos": 2}


def test_marks_are_forgotten_after_two_days(world: World) -> None:
    world.relay.apply("shardId-1", [world.video()])
    world.now += 2 * 86_400 + 1
    world.relay.apply("shardId-2", [world.video()])

    item = dynamodb.get(world.settings.messaging_table, pk="counters", sk="totals")
    assert {name for name in item if ":" in name} == {"shard:shardId-2", "at:shardId-2"}
    assert world.totals() == {"messages": 2, "videos": 2}


def test_the_same_job_is_sent_once_for_a_batch(world: World) -> None:
    sms = world.sms()

    world.relay.apply(SHARD, [sms, sms])

    assert len(world.queued("sms")) == 1


def test_what_cannot_be_read_is_set_aside_without_its_content(function: ModuleType, world: World) -> None:
    poison, good = world.poison(), world.copy()

    with logged_by(function.observer.logger) as log:
        reply = function.handler(stream_event([poison, good]), None, relay=world.relay)

    assert reply["batchItemFailures"] == []
    assert len(world.queued("push")) == 1
    (kept,) = world.queued("failures")
    assert (kept["shardId"], kept["sequence"]) == (SHARD, poison["dynamodb"]["SequenceNumber"])
    assert kept["sequence"] in log.getvalue()
    assert "eight" not in log.getvalue() + str(kept)


def test_when_a_queue_does_not_answer_the_batch_comes_again_and_nothing_was_counted(
    function: ModuleType, world: World
) -> None:
    batch = [world.copy(), world.sms()]

    with failing(aws.sqs(), "sqs.SendMessageBatch"):
        reply = function.handler(stream_event(batch), None, relay=world.relay)

    assert reply["batchItemFailures"] == [{"itemIdentifier": batch[0]["dynamodb"]["SequenceNumber"]}]
    assert world.totals() == {}


def test_events_name_ids_and_the_record(world: World) -> None:
    video = world.video()

    world.relay.apply(SHARD, [video])

    guid = video["dynamodb"]["NewImage"]["guid"]["S"]
    event: dict[str, Any] = {"id": video["eventID"], "conversation": 3, "sender": 6, "guid": guid}
    assert world.bus.heard == [("VideoSent", event)]


def test_what_was_given_up_is_relayed_again_from_the_stream(world: World) -> None:
    # Given three changes in the table's own stream, of which Lambda gave up the last two
    table = world.settings.messaging_table
    name = aws.dynamodb().describe_table(TableName=table)["Table"]["LatestStreamArn"]
    client = boto3.client("dynamodbstreams")
    shard = client.describe_stream(StreamArn=name)["StreamDescription"]["Shards"][0]["ShardId"]
    end = client.get_shard_iterator(StreamArn=name, ShardId=shard, ShardIteratorType="LATEST")["ShardIterator"]
    for number in (1, 2, 3):
        dynamodb.put(table, {"pk": f"outbox#again{number}", "sk": "sms", "to": "+14155550123", "text": "Hi"})
    numbers = [each["dynamodb"]["SequenceNumber"] for each in client.get_records(ShardIterator=end)["Records"]]
    batch = {"shardId": shard, "startSequenceNumber": numbers[1], "endSequenceNumber": numbers[2], "streamArn": name}
    world.relay.failures.send([{"DDBStreamBatchInfo": batch}])

    # When the operator has them relayed
    done = command.again(world.relay, StreamClient(client, name), world.urls["failures"])

    # Then they are in their queue, and no longer in that of failures
    assert done == (2, 0)
    assert [job["outbox"] for job in world.queued("sms")] == ["again2", "again3"]
    assert world.queued("failures") == []


def test_the_function_has_the_rights_that_it_needs(function: ModuleType, world: World, used: set[Right]) -> None:
    function.handler(sample("messaging_relay", "changes"), None)

    assert used == granted("MessagingRelay")
