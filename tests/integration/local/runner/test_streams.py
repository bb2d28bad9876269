"""DynamoDB stream event source mappings on the local stack."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.local.waiting import until

pytestmark = pytest.mark.slow


def to_failures(**more: Any) -> dict[str, Any]:
    return {"DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": {"Fn::GetAtt": "Failures.Arn"}}}, **more}


REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
INSERTS_OF_A_OR_B = {"eventName": ["INSERT"], "dynamodb": {"NewImage": {"kind": {"S": ["a", "b"]}}}}
# A table and a function for each, with the mapping's properties.
MAPPINGS: dict[str, dict[str, Any]] = {
    "Plain": {"BatchSize": 100},
    "Gather": {"BatchSize": 5, "MaximumBatchingWindowInSeconds": 1},
    "Filtered": {"FilterCriteria": {"Filters": [{"Pattern": json.dumps(INSERTS_OF_A_OR_B)}]}},
    "Tumble": {"TumblingWindowInSeconds": 900, "MaximumRetryAttempts": 1, **REPORTS},
    "Report": {"MaximumBatchingWindowInSeconds": 1, **REPORTS},
    "Bisect": to_failures(BisectBatchOnFunctionError=True, MaximumRetryAttempts=2, MaximumBatchingWindowInSeconds=1),
    "Old": to_failures(MaximumRecordAgeInSeconds=60),
}


def resources(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    stream = {"Stream": {"Fn::GetAtt": f"{name}Table.StreamArn"}, "StartingPosition": "TRIM_HORIZON", **properties}
    return {
        f"{name}Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "BillingMode": "PAY_PER_REQUEST",
                "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            },
        },
        name: {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Handler": "work.handler",
                "Events": {"Stream": {"Type": "DynamoDB", "Properties": stream}},
            },
        },
    }


WORK = """
import json, os, time
from seen import note

def handler(event, context):
    settings = json.load(open(os.environ["SETTINGS"]))
    note(event | {"at": time.monotonic()})
    ids = [r["dynamodb"]["Keys"]["id"]["S"] for r in event["Records"]]
    if set(ids) & set(settings.get("poison", [])):
        raise RuntimeError("as told")
    if settings.get("sleep"):
        time.sleep(settings["sleep"])
    reply = {"batchItemFailures": [
        {"itemIdentifier": r["dynamodb"]["SequenceNumber"]}
        for r in event["Records"] if r["dynamodb"]["Keys"]["id"]["S"] in settings.get("bad", [])
    ]}
    if "state" in event and not settings.get("stateless"):
        reply["state"] = {"count": event["state"].get("count", 0) + len(ids)}
    return reply
"""


@pytest.fixture(scope="module")
def running(start: Callable[..., Any]) -> Any:
    template = {"Failures": {"Type": "AWS::SQS::Queue"}}
    for name, properties in MAPPINGS.items():
        template |= resources(name, properties)
    return start(f"Resources: {json.dumps(template)}", {"work": WORK})


@pytest.fixture(autouse=True)
def _no_failures(stage: Any) -> None:
    failures(stage)


def put(stage: Any, name: str, *ids: str, **attributes: str) -> None:
    """All at the same time, or a hundred at a time, so that no poll sees only some of a few."""
    more = {key: {"S": value} for key, value in attributes.items()}
    puts = [{"Put": {"TableName": f"{name}Table", "Item": {"id": {"S": id_}, **more}}} for id_ in ids]
    for start in range(0, len(puts), 100):
        stage.stack.client("dynamodb").transact_write_items(TransactItems=puts[start : start + 100])


def batches(stage: Any, name: str) -> list[list[str]]:
    """The ids of the records of each batch that the function was given."""
    return [[record["dynamodb"]["Keys"]["id"]["S"] for record in event["Records"]] for event in stage.notes(name)]


def failures(stage: Any) -> list[Any]:
    sqs = stage.stack.client("sqs")
    url = sqs.get_queue_url(QueueName="Failures")["QueueUrl"]
    messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in messages:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in messages]


def test_records_have_aws_shape(stage: Any) -> None:
    # When an item with bytes in it is written
    before = time.time()
    stage.stack.client("dynamodb").put_item(TableName="PlainTable", Item={"id": {"S": "1"}, "raw": {"B": b"\x00\xff"}})
    until(lambda: stage.notes("Plain"))

    # Then its function gets a record as from AWS, and nothing about windows
    (event,) = stage.notes("Plain")
    assert set(event) == {"Records", "at"}
    (record,) = event["Records"]
    change = record.pop("dynamodb")
    assert record.pop("eventID")
    arn = record.pop("eventSourceARN")
    assert arn.startswith("arn:aws:dynamodb:us-east-1:123456789012:table/PlainTable/stream/")
    assert record == {
        "eventName": "INSERT",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
    }
    assert before - 1 < change.pop("ApproximateCreationDateTime") < time.time() + 1
    assert change.pop("SizeBytes") > 0
    assert change.pop("SequenceNumber").isdecimal()
    assert change == {
        "Keys": {"id": {"S": "1"}},
        "NewImage": {"id": {"S": "1"}, "raw": {"B": "AP8="}},
        "StreamViewType": "NEW_IMAGE",
    }


def test_many_records_come_once_each_and_in_order(stage: Any) -> None:
    ids = [f"many-{number:03}" for number in range(300)]
    put(stage, "Plain", *ids)
    until(stage.stack.idle)

    got = batches(stage, "Plain")
    assert [each for batch in got for each in batch] == ids
    assert max(len(batch) for batch in got) <= 100


def test_concurrent_writers_get_different_sequence_numbers(stage: Any) -> None:
    # Given sixteen writers that write 320 items between them
    ids = [f"crowd-{number}" for number in range(320)]
    with ThreadPoolExecutor(16) as writers:
        list(writers.map(lambda id_: put(stage, "Plain", id_), ids))

    # When all are delivered
    until(stage.stack.idle)

    # Then none is missing, and no two have the same number
    records = [record["dynamodb"] for event in stage.notes("Plain") for record in event["Records"]]
    assert sorted(record["Keys"]["id"]["S"] for record in records) == sorted(ids)
    assert len({record["SequenceNumber"] for record in records}) == len(ids)


def test_records_are_gathered_for_the_batching_window(stage: Any) -> None:
    # Given a mapping with BatchSize 5 and a window of a second
    put(stage, "Gather", "a", "b", "c", "d", "e", "f", "g")

    # When all are delivered
    until(stage.stack.idle)

    # Then a full batch did not wait, and the rest did
    assert batches(stage, "Gather") == [["a", "b", "c", "d", "e"], ["f", "g"]]
    first, second = stage.notes("Gather")
    assert second["at"] - first["at"] > 0.5


def test_filter_keeps_records_from_the_function(stage: Any) -> None:
    put(stage, "Filtered", "1", "2", kind="a")
    put(stage, "Filtered", "3", kind="c")
    put(stage, "Filtered", "4")
    put(stage, "Filtered", "1", kind="b")  # a MODIFY
    put(stage, "Filtered", "5", kind="b")
    until(stage.stack.idle)

    assert [each for batch in batches(stage, "Filtered") for each in batch] == ["1", "2", "5"]


def test_tumbling_window_carries_state_and_is_closed(stage: Any) -> None:
    try:
        # Given two batches in one window
        put(stage, "Tumble", "a", "b")
        until(lambda: len([e for e in stage.notes("Tumble") if not e["isFinalInvokeForWindow"]]) >= 1)
        until(stage.stack.idle)
        put(stage, "Tumble", "c")
        until(stage.stack.idle)
        events = stage.notes("Tumble")

        # When the window is over
        stage.stack.set_clock_offset(900)
        until(lambda: any(event["isFinalInvokeForWindow"] for event in stage.notes("Tumble")))
    finally:
        stage.stack.set_clock_offset(0)

    # Then each invocation got the state that the one before returned, and the last one says that it is the last
    last = stage.notes("Tumble")[-1]
    assert events[0]["state"] == {}
    assert last["state"] == {"count": 3}
    assert (last["Records"], last["isFinalInvokeForWindow"], last["isWindowTerminatedEarly"]) == ([], True, False)
    assert all(event["shardId"].startswith("shardId-") for event in [*events, last])
    assert all(event["window"] == last["window"] for event in events)
    assert last["eventSourceARN"].endswith(events[0]["Records"][0]["eventSourceARN"].rpartition("/")[2])
    start, end = (time.strptime(last["window"][edge], "%Y-%m-%dT%H:%M:%SZ") for edge in ("start", "end"))
    assert (time.mktime(end) - time.mktime(start), start.tm_min % 15, start.tm_sec) == (900, 0, 0)


def test_reply_without_state_is_a_failure_in_a_window(stage: Any) -> None:
    # Given a mapping with one retry
    stage.configure(stateless=True)
    put(stage, "Tumble", "x")
    until(stage.stack.idle)

    # Then the record is tried twice, as on AWS
    assert [batch for batch in batches(stage, "Tumble") if batch] == [["x"], ["x"]]


def test_partial_failure_is_retried_from_the_lowest_failed_record(stage: Any) -> None:
    # Given a function that reports two of four records as failed, the first time
    stage.configure(bad=["b", "d"])
    put(stage, "Report", "a", "b", "c", "d")
    until(lambda: len(batches(stage, "Report")) >= 2)
    stage.configure()

    # When all are delivered
    until(stage.stack.idle)

    # Then all from the first failed one on came again, and what had succeeded before it did not
    first, *others = batches(stage, "Report")
    assert first == ["a", "b", "c", "d"]
    assert others[0] == others[-1] == ["b", "c", "d"]


def test_poison_record_is_isolated_and_sent_to_the_failure_queue(stage: Any) -> None:
    # Given one record of four that makes the function fail, and a mapping that splits batches and retries twice
    stage.configure(poison=["c"])
    put(stage, "Bisect", "a", "b", "c", "d")

    # When the shard is through
    until(stage.stack.idle)

    # Then all others got through, and the poison record was tried three times alone
    got = batches(stage, "Bisect")
    assert got == [["a", "b", "c", "d"], ["a", "b"], ["c", "d"], ["c"], ["c"], ["c"], ["d"]]
    # And the queue got a message that says which one it was
    (message,) = failures(stage)
    event = stage.notes("Bisect")[3]
    record = event["Records"][0]
    number = record["dynamodb"]["SequenceNumber"]
    info = message["DDBStreamBatchInfo"]
    assert (info["startSequenceNumber"], info["endSequenceNumber"], info["batchSize"]) == (number, number, 1)
    assert info["streamArn"] == record["eventSourceARN"]
    assert info["shardId"].startswith("shardId-")
    assert message["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert message["requestContext"]["approximateInvokeCount"] == 3


def test_record_that_is_too_old_is_given_up(stage: Any) -> None:
    # Given a record that fails again and again, and no limit of retries
    stage.configure(poison=["x"])
    put(stage, "Old", "x")
    until(lambda: len(batches(stage, "Old")) >= 2)
    assert not stage.stack.idle()

    try:
        # When it has become older than MaximumRecordAgeInSeconds
        stage.stack.set_clock_offset(61)
        until(stage.stack.idle)
    finally:
        stage.stack.set_clock_offset(0)

    # Then it is given up, with the reason
    (message,) = failures(stage)
    assert message["requestContext"]["condition"] == "RecordAgeExceeded"


def test_killed_function_gets_its_batch_again(stage: Any) -> None:
    # Given a batch that is being worked on
    stage.configure(sleep=60)
    put(stage, "Plain", "k")
    until(lambda: batches(stage, "Plain"))

    # When the function's process is killed
    stage.configure()
    assert stage.stack.kill_function("Plain")
    until(stage.stack.idle)

    # Then the same batch comes again
    assert batches(stage, "Plain") == [["k"], ["k"]]


def test_tampering_changes_what_is_delivered(stage: Any) -> None:
    # Given a test that reverses the records and repeats them
    stage.stack.stream_tamper["Plain"] = lambda records: [*reversed(records), *records]
    try:
        # When a record is written
        put(stage, "Plain", "t")
        until(stage.stack.idle)
    finally:
        del stage.stack.stream_tamper["Plain"]

    # Then the function gets it twice
    assert [each for batch in batches(stage, "Plain") for each in batch] == ["t", "t"]
