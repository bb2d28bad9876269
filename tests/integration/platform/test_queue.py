"""The queue adapter against SQS's stand-in."""

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from signpost.platform import aws
from signpost.platform.errors import Unavailable
from signpost.platform.queue import MessageQueue

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageTypeDef


@pytest.fixture
def url(data: object) -> str:
    return aws.sqs().create_queue(QueueName=f"queue-{uuid.uuid4().hex}")["QueueUrl"]


@pytest.fixture
def queue(url: str) -> MessageQueue:
    return MessageQueue(aws.sqs(), url)


def received(url: str) -> "list[MessageTypeDef]":
    found: list[MessageTypeDef] = []
    while messages := aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += messages
    return found


def test_more_messages_than_one_call_takes_all_arrive(queue: MessageQueue, url: str) -> None:
    queue.send([{"number": number} for number in range(23)])

    assert sorted(json.loads(each["Body"])["number"] for each in received(url)) == list(range(23))


def test_no_message_is_no_call(queue: MessageQueue, url: str) -> None:
    queue.send([])

    assert received(url) == []


def test_each_message_may_have_a_delay_of_its_own(queue: MessageQueue, url: str) -> None:
    # Given a delay beyond what SQS takes, and a moment that has passed
    queue.send([{"number": 0}, {"number": 1}, {"number": 2}], [0, 5000, -3])

    # Then the longest possible one is used, and none for the other
    assert sorted(json.loads(each["Body"])["number"] for each in received(url)) == [0, 2]
    attributes = aws.sqs().get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
    assert attributes["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


def test_what_sqs_did_not_take_is_told(url: str) -> None:
    class HalfTaken:
        def send_message_batch(self, **_: object) -> dict[str, Any]:
            return {"Failed": [{"Id": "0"}]}

    half: Any = HalfTaken()
    with pytest.raises(Unavailable):
        MessageQueue(half, url).send([{}])


def test_a_message_that_is_put_off_for_no_time_comes_again_at_once(queue: MessageQueue, url: str) -> None:
    queue.send([{"number": 1}])
    (message,) = received(url)
    assert received(url) == []

    queue.put_off(message["ReceiptHandle"], 0)

    assert len(received(url)) == 1


def test_a_message_that_is_put_off_stays_away(queue: MessageQueue, url: str) -> None:
    queue.send([{"number": 1}])
    (message,) = received(url)

    queue.put_off(message["ReceiptHandle"], 100_000)  # more than SQS takes

    assert received(url) == []


def test_a_message_that_is_gone_needs_no_putting_off(queue: MessageQueue, url: str) -> None:
    queue.send([{"number": 1}])
    (message,) = received(url)
    aws.sqs().delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    queue.put_off(message["ReceiptHandle"], 10)

    assert received(url) == []


def test_a_queue_that_does_not_exist_is_a_defect(url: str) -> None:
    with pytest.raises(Exception, match="NonExistentQueue"):
        MessageQueue(aws.sqs(), f"{url}-none").put_off("handle", 1)
