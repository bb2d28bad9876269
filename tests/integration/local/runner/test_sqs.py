"""SQS event source mappings on the local stack."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.local.waiting import until

pytestmark = pytest.mark.slow

TEMPLATE = """
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      DelaySeconds: 1
      VisibilityTimeout: 1
      RedrivePolicy: { deadLetterTargetArn: !GetAtt DeadJobs.Arn, maxReceiveCount: 2 }
  DeadJobs: { Type: AWS::SQS::Queue }
  Bulk: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 2 } }
  Wide: { Type: AWS::SQS::Queue }
  Narrow: { Type: AWS::SQS::Queue }
  Job:
    Type: AWS::Serverless::Function
    Properties:
      Handler: work.handler
      Events:
        Jobs: { Type: SQS, Properties: { Queue: !GetAtt Jobs.Arn, BatchSize: 1 } }
  Batch:
    Type: AWS::Serverless::Function
    Properties:
      Handler: work.handler
      Events:
        Bulk:
          Type: SQS
          Properties:
            Queue: !GetAtt Bulk.Arn
            BatchSize: 15
            MaximumBatchingWindowInSeconds: 1
            FunctionResponseTypes: [ReportBatchItemFailures]
        Wide: { Type: SQS, Properties: { Queue: !GetAtt Wide.Arn, BatchSize: 12, MaximumBatchingWindowInSeconds: 60 } }
  Slow:
    Type: AWS::Serverless::Function
    Properties:
      Handler: slow.handler
      Events:
        Narrow:
          Type: SQS
          Properties:
            Queue: !GetAtt Narrow.Arn
            BatchSize: 1
            ScalingConfig: { MaximumConcurrency: 2 }
            FilterCriteria: { Filters: [{ Pattern: '{"body": {"kind": ["wanted"]}}' }] }
"""
WORK = """
import json, os, time
from seen import note

def handler(event, context):
    settings = json.load(open(os.environ["SETTINGS"]))
    note({"at": time.time(), "records": event["Records"]})
    if settings.get("raise"):
        raise RuntimeError("as told")
    if "reply" in settings:
        return settings["reply"]
    bad = [r["messageId"] for r in event["Records"] if r["body"] in settings.get("bad", [])]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in bad]}
"""
SLOW = """
import os, time
from seen import note

def handler(event, context):
    note("started", "started")
    started = time.time()
    while len(open(os.path.join(os.environ["SEEN"], "started")).readlines()) < 2:
        time.sleep(0.01)
    time.sleep(0.4)
    note([started, time.time(), event["Records"][0]["body"]])
"""


@pytest.fixture(scope="module")
def running(start: Callable[..., Any]) -> Any:
    return start(TEMPLATE, {"work": WORK, "slow": SLOW})


def queue_url(stage: Any, name: str) -> str:
    url: str = stage.stack.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    return url


def bodies(stage: Any, function: str) -> list[list[str]]:
    """The bodies of each batch that the function was given."""
    return [[record["body"] for record in note["records"]] for note in stage.notes(function)]


def left(stage: Any, name: str) -> int:
    """Messages in the queue, whether they can be received now or not."""
    names = [f"ApproximateNumberOfMessages{which}" for which in ("", "NotVisible", "Delayed")]
    attributes = stage.stack.client("sqs").get_queue_attributes(QueueUrl=queue_url(stage, name), AttributeNames=names)
    return sum(map(int, attributes["Attributes"].values()))


def test_message_arrives_after_its_delay_in_aws_shape_and_is_deleted(stage: Any) -> None:
    # Given a queue with DelaySeconds 1
    sent_at = time.time()
    sent = stage.stack.client("sqs").send_message(
        QueueUrl=queue_url(stage, "Jobs"),
        MessageBody="hello",
        MessageAttributes={"kind": {"DataType": "String", "StringValue": "x"}},
    )

    # When the function has been called
    until(lambda: stage.notes("Job"))

    # Then it got the message after the delay, as AWS shows it, and the message is gone
    (note,) = stage.notes("Job")
    (record,) = note["records"]
    assert note["at"] - sent_at >= 0.9
    assert record.pop("receiptHandle")
    attributes = record.pop("attributes")
    assert attributes["ApproximateReceiveCount"] == "1"
    assert set(attributes) >= {"SentTimestamp", "SenderId", "ApproximateFirstReceiveTimestamp"}
    assert record == {
        "messageId": sent["MessageId"],
        "body": "hello",
        "messageAttributes": {
            "kind": {"stringValue": "x", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
        },
        "md5OfBody": sent["MD5OfMessageBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:Jobs",
        "awsRegion": "us-east-1",
    }
    until(lambda: left(stage, "Jobs") == 0)


def test_failed_message_comes_again_and_ends_in_the_dead_letter_queue(stage: Any) -> None:
    # Given a function that fails, and a queue that gives a message up after two receives
    stage.configure(**{"raise": True})
    sent_at = time.time()
    stage.stack.client("sqs").send_message(QueueUrl=queue_url(stage, "Jobs"), MessageBody="poison")

    # When it is given up
    until(lambda: left(stage, "DeadJobs") == 1)

    # Then it was tried twice, a second's delay and a second's visibility timeout after it was sent, and lies in the
    # dead-letter queue
    _, second = stage.notes("Job")
    assert second["at"] - sent_at >= 1.9
    assert second["records"][0]["attributes"]["ApproximateReceiveCount"] == "2"
    assert left(stage, "Jobs") == 0


def test_messages_are_gathered_until_the_batch_is_full(stage: Any) -> None:
    # Given twelve messages, which are a full batch, but more than one receive can return
    sqs, url = stage.stack.client("sqs"), queue_url(stage, "Wide")
    for numbers in (range(10), range(10, 12)):
        sqs.send_message_batch(
            QueueUrl=url, Entries=[{"Id": str(number), "MessageBody": str(number)} for number in numbers]
        )

    # When they are delivered
    until(lambda: left(stage, "Wide") == 0)

    # Then the function was called once, and did not wait for the window of a minute
    (batch,) = bodies(stage, "Batch")
    assert sorted(batch, key=int) == [str(number) for number in range(12)]


def test_batch_is_never_larger_than_the_mapping_allows(stage: Any) -> None:
    # Given one message more than BatchSize
    sqs, url = stage.stack.client("sqs"), queue_url(stage, "Bulk")
    for number in range(16):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))

    # When they are delivered
    until(lambda: left(stage, "Bulk") == 0)

    # Then no batch is larger than BatchSize, and each message came once
    batches = bodies(stage, "Batch")
    assert max(len(batch) for batch in batches) <= 15
    assert sorted(int(body) for batch in batches for body in batch) == list(range(16))


def test_only_failed_messages_come_again(stage: Any) -> None:
    # Given a function that reports one of three messages as failed, the first time
    stage.configure(bad=["b"])
    stage.stack.client("sqs").send_message_batch(
        QueueUrl=queue_url(stage, "Bulk"), Entries=[{"Id": body, "MessageBody": body} for body in "abc"]
    )
    until(lambda: bodies(stage, "Batch"))
    stage.configure()

    # When all is delivered
    until(lambda: left(stage, "Bulk") == 0)

    # Then that one came again, alone
    first, second = bodies(stage, "Batch")
    assert (sorted(first), second) == (["a", "b", "c"], ["b"])


@pytest.mark.parametrize(
    "reply", [{"batchItemFailures": [{"itemIdentifier": ""}]}, {"batchItemFailures": [{"wrong": 1}]}, "text"]
)
def test_malformed_report_fails_the_whole_batch(stage: Any, reply: Any) -> None:
    # Given a function whose report Lambda cannot read, the first time
    stage.configure(reply=reply)
    stage.stack.client("sqs").send_message(QueueUrl=queue_url(stage, "Bulk"), MessageBody="a")
    until(lambda: bodies(stage, "Batch"))
    stage.configure()

    # When all is delivered
    until(lambda: left(stage, "Bulk") == 0)

    # Then the batch came again
    assert bodies(stage, "Batch") == [["a"], ["a"]]


def test_concurrency_is_limited_and_filtered_messages_are_dropped(stage: Any) -> None:
    # Given five messages that pass the filter and one that does not, for a mapping with MaximumConcurrency 2
    sqs, url = stage.stack.client("sqs"), queue_url(stage, "Narrow")
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"kind": "other"}))
    for _ in range(5):
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"kind": "wanted"}))

    # When all are gone
    until(lambda: left(stage, "Narrow") == 0)

    # Then two calls overlapped, never three, and the other message reached no function
    spans = stage.notes("Slow")
    overlaps = [sum(1 for start, end, _ in spans if start <= moment < end) for moment, _, _ in spans]
    assert (len(spans), max(overlaps)) == (5, 2)
    assert all("wanted" in body for _, _, body in spans)
