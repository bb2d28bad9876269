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


def test_more_messages_than_one_call_takes_all_arrive(queue: MessageQueue, sqs: "SQSClient", url: str) -> None:
    queue.send([{"number": number} for number in range(23)])

    assert sorted(json.loads(each["Body"])["number"] for each in received(sqs, url)) == list(range(23))


def test_no_message_is_no_call(queue: MessageQueue, sqs: "SQSClient", url: str) -> None:
    queue.send([])

    assert received(sqs, url) == []


def test_each_message_may_have_a_delay_of_its_own(queue: MessageQueue, sqs: "SQSClient", url: str) -> None:
    # Given a delay beyond what SQS takes, and a moment that has passed
    queue.send([{"number": 0}, {"number": 1}, {"number": 2}], [0, 5000, -3])

    # Then the longest possible one is used, and none for the other
    assert sorted(json.loads(each["Body"])["number"] for each in received(sqs, url)) == [0, 2]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessagesDelayed"])
    assert attributes["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"


def test_what_sqs_did_not_take_is_told(url: str) -> None:
    class HalfTaken:
        def send_message_batch(self, **_: object) -> dict[str, Any]:
            return {"Failed": [{"Id": "0"}]}

    half: Any = HalfTaken()
    with pytest.raises(Unavailable):
        MessageQueue(half, url).send([{}])


def test_a_message_that_is_put_off_for_no_time_comes_again_at_once(
    queue: MessageQueue, sqs: "SQSClient", url: str
) -> None:
    queue.send([{"number": 1}])
    (message,) = received(sqs, url)
    assert received(sqs, url) == []

    queue.put_off(message["ReceiptHandle"], 0)

    assert len(received(sqs, url)) == 1


def test_a_message_that_is_put_off_stays_away(queue: MessageQueue, sqs: "SQSClient", url: str) -> None:
    queue.send([{"number": 1}])
    (message,) = received(sqs, url)

    queue.put_off(message["ReceiptHandle"], 100_000)  # more than SQS takes

    assert received(sqs, url) == []


def test_a_message_that_is_gone_needs_no_putting_off(queue: MessageQueue, sqs: "SQSClient", url: str) -> None:
    queue.send([{"number": 1}])
    (message,) = received(sqs, url)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    queue.put_off(message["ReceiptHandle"], 10)

    assert received(sqs, url) == []


def test_a_queue_that_does_not_exist_is_a_defect(sqs: "SQSClient", url: str) -> None:
    with pytest.raises(Exception, match="NonExistentQueue"):
        MessageQueue(sqs, f"{url}-none").put_off("handle", 1)


def test_a_message_names_the_request_that_it_is_sent_for(queue: MessageQueue, sqs: "SQSClient", url: str) -> None:
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
