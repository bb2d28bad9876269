"""The queue adapter against SQS's stand-in."""

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest

from signpost.platform import correlation
from signpost.platform.errors import Unavailable
from signpost.platform.queue import MessageQueue

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef


@pytest.fixture
def url(sqs: "SQSClient") -> str:
    return sqs.create_queue(QueueName=f"queue-{uuid.uuid4().hex}")["QueueUrl"]


@pytest.fixture
def queue(sqs: "SQSClient", url: str) -> MessageQueue:
    return MessageQueue(sqs, url)


def received(sqs: "SQSClient", url: str) -> "list[MessageTypeDef]":
    found: list[MessageTypeDef] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += messages
    return found


def test_more_messages_than_fit_into_one_call_all_arrive(queue: MessageQueue, sqs: "SQSClient", url: str) -> None:
    queue.send([{"number": number} for number in range(23)])

    assert sorted(json.loads(each["Body"])["number"] for each in received(sqs, url)) == list(range(23))


def test_nothing_may_be_sent(queue: MessageQueue, sqs: "SQSClient", url: str) -> None:
    queue.send([])

    assert received(sqs, url) == []


def test_each_message_may_have_its_own_delay(queue: MessageQueue, sqs: "SQSClient", url: str) -> None:
    # Given a delay beyond what SQS takes, and a moment that has passed
    queue.send([{"number": 0}, {"number": 1}, {"number": 2}], [0, 5000, -3])

    # Then the longest possible one is used, and none for the other
    assert sorted(json.loads(each["Body"])["number"] for each in received(sqs, url)) == [0, 2]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
    assert attributes["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


def test_messages_that_sqs_did_not_take_raise(url: str) -> None:
    class HalfTaken:
        def send_message_batch(self, **_: object) -> dict[str, Any]:
            return {"Failed": [{"Id": "0"}]}

    half: Any = HalfTaken()
    with pytest.raises(Unavailable):
        MessageQueue(half, url).send([{}])


@pytest.mark.parametrize(("seconds", "back"), [(0, 1), (100_000, 0)])  # which is more than SQS takes
def test_a_message_that_is_put_off_comes_back_after_that_time(
    queue: MessageQueue, sqs: "SQSClient", url: str, seconds: int, back: int
) -> None:
    queue.send([{"number": 1}])
    (message,) = received(sqs, url)
    assert received(sqs, url) == []

    queue.put_off(message["ReceiptHandle"], seconds)

    assert len(received(sqs, url)) == back


def test_putting_off_a_deleted_message_does_nothing(queue: MessageQueue, sqs: "SQSClient", url: str) -> None:
    queue.send([{"number": 1}])
    (message,) = received(sqs, url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    queue.put_off(message["ReceiptHandle"], 10)

    assert received(sqs, url) == []


def test_a_queue_that_does_not_exist_is_a_defect(sqs: "SQSClient", url: str) -> None:
    with pytest.raises(Exception, match="NonExistentQueue"):
        MessageQueue(sqs, f"{url}-none").put_off("handle", 1)


def test_a_message_carries_the_id_of_its_request(queue: MessageQueue, sqs: "SQSClient", url: str) -> None:
    token = correlation.current_id.set("request-7")
    queue.send([{"number": 1}])
    correlation.current_id.reset(token)
    queue.send([{"number": 2}])

    reply = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])

    found = {
        each["Body"]: {name: value.get("StringValue") for name, value in each.get("MessageAttributes", {}).items()}
        for each in reply["Messages"]
    }
    assert found == {'{"number": 1}': {"correlation_id": "request-7"}, '{"number": 2}': {}}
