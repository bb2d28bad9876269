"""Events as SQS hands messages to a function, for tests that vary what the files in events/ fix."""

import json
from typing import Any


def queue_event(*messages: object, receives: int = 1) -> dict[str, Any]:
    """Each message is sent as it is when it is text, as JSON otherwise. The first one's id is `message-0`."""
    return {"Records": [_record(number, message, receives) for number, message in enumerate(messages)]}


def _record(number: int, message: object, receives: int) -> dict[str, Any]:
    return {
        "messageId": f"message-{number}",
        "receiptHandle": f"handle-{number}",
        "body": message if isinstance(message, str) else json.dumps(message),
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
