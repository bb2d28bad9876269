"""DynamoDB stream records as Lambda's events show them.

AWS Lambda developer guide, "Using AWS Lambda with Amazon DynamoDB".
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.runner.intrinsics import REGION

Record = dict[str, Any]


def from_stream(record: Mapping[str, Any], stream_arn: str, clock_offset: float) -> Record:
    """A record of GetRecords, in boto3's shape, as one of Lambda's event; its time is that of the stack's clock."""
    change = {key: _plain(value) for key, value in record["dynamodb"].items() if key != "ApproximateCreationDateTime"}
    created: datetime = record["dynamodb"]["ApproximateCreationDateTime"]
    if created.tzinfo is None:
        created = created.replace(tzinfo=UTC)
    change["ApproximateCreationDateTime"] = created.timestamp() + clock_offset
    return {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": change,
        "eventSourceARN": stream_arn,
    }


def sequence_number(record: Mapping[str, Any]) -> str:
    number: str = record["dynamodb"]["SequenceNumber"]
    return number


def created_at(record: Mapping[str, Any]) -> float:
    """Seconds since 1970."""
    seconds: float = record["dynamodb"]["ApproximateCreationDateTime"]
    return seconds


def _plain(value: Any) -> Any:
    """JSON has no bytes: they are base64, as in Lambda's event."""
    match value:
        case bytes():
            return base64.b64encode(value).decode()
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple() | set():
            return [_plain(item) for item in value]
        case _:
            return value
