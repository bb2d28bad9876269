"""Events as SQS delivers messages to a function, and the messages in a queue."""

import json
from typing import Any

from signpost.platform import aws


def queue_event(*messages: object, receives: int = 1) -> dict[str, Any]:
    """Text is sent as it is, anything else as JSON. The first message's id is `message-0`."""
    return {"Records": [_record(number, message, receives) for number, message in enumerate(messages)]}


def taken(url: str) -> list[Any]:
    """The messages in this queue, parsed; they are deleted."""
    found: list[Any] = []
    while batch := aws.sqs().receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for each in batch:
            found.append(json.loads(each["Body"]))
            aws.sqs().delete_message(QueueUrl=url, ReceiptHandle=each["ReceiptHandle"])
    return found


def _record(number: int, message: object, receives: int) -> dict[str, Any]:
    return {
        "messageId": f"message-{number}",
        "receiptHandle": f"handle-{number}",
        "body": message if isinstance(message, str) else json.dumps(message),
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
