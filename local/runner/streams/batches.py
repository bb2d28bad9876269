"""What happens to a batch of stream records once the function has answered: rules only.

AWS Lambda developer guide, "Process DynamoDB records with Lambda" and "Configuring partial batch response with
DynamoDB and Lambda".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from local.runner.batch_replies import failed_items, reports_failures
from local.runner.intrinsics import ACCOUNT_ID, REGION, is_true
from local.runner.streams.records import Record, created_at, sequence_number

UNLIMITED: Final = -1  # the default, both for retries and for a record's age
MAX_STATE_BYTES: Final = 1024 * 1024


@dataclass(frozen=True)
class StreamSettings:
    """The mapping's properties, with AWS's defaults."""

    batch_size: int = 100
    batching_window_s: float = 0
    tumbling_window_s: int = 0
    retries: int = UNLIMITED
    record_age_s: int = UNLIMITED
    bisect: bool = False
    reports_failures: bool = False
    destination_arn: str | None = None

    @staticmethod
    def of(properties: Mapping[str, Any]) -> "StreamSettings":
        return StreamSettings(
            batch_size=int(properties.get("BatchSize", 100)),
            batching_window_s=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
            tumbling_window_s=int(properties.get("TumblingWindowInSeconds", 0)),
            retries=int(properties.get("MaximumRetryAttempts", UNLIMITED)),
            record_age_s=int(properties.get("MaximumRecordAgeInSeconds", UNLIMITED)),
            bisect=is_true(properties.get("BisectBatchOnFunctionError", False)),
            reports_failures=reports_failures(properties),
            destination_arn=properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
        )


@dataclass(frozen=True)
class Batch:
    """Records that go to the function together, and how many invocations have failed for them."""

    records: Sequence[Record]
    failures: int = 0


def after_failure(batch: Batch, settings: StreamSettings) -> list[Batch]:
    """The batches to try next after an error: the same one again, or its halves.

    Splitting does not count as a retry here (AWS's manual does not say), so that halving a large batch never uses up
    the retries of its poison record.
    """
    if settings.bisect and len(batch.records) > 1:
        middle = len(batch.records) // 2
        return [replace(batch, records=batch.records[:middle]), replace(batch, records=batch.records[middle:])]
    return [replace(batch, failures=batch.failures + 1)]


def after_reply(batch: Batch, reply: Any, settings: StreamSettings) -> list[Batch]:
    """The batches to try next after a reply: none, or one of all records from the lowest failed one on."""
    if not settings.reports_failures:
        return []
    numbers = [sequence_number(record) for record in batch.records]
    failed = failed_items(reply, numbers)
    if not failed:
        return []
    if failed == set(numbers) and not _names_all(reply, numbers):
        return after_failure(batch, settings)
    first = min(number for number, each in enumerate(numbers) if each in failed)
    failures = batch.failures + 1 if first == 0 else 1
    return [Batch(batch.records[first:], failures)]


def used_up(batch: Batch, settings: StreamSettings) -> bool:
    return settings.retries != UNLIMITED and batch.failures > settings.retries


def without_expired(batch: Batch, settings: StreamSettings, now: float) -> tuple[Batch | None, Batch | None]:
    """The part of the batch that may still be delivered, and the part that is too old."""
    if settings.record_age_s == UNLIMITED:
        return batch, None
    fresh = [each for each in batch.records if now - created_at(each) <= settings.record_age_s]
    old = [each for each in batch.records if now - created_at(each) > settings.record_age_s]
    return (replace(batch, records=fresh) if fresh else None), (replace(batch, records=old) if old else None)


def discard_message(
    batch: Batch, condition: str, *, function: str, stream_arn: str, shard_id: str, request_id: str, now: float
) -> dict[str, Any]:
    """What Lambda sends to the OnFailure destination; `condition` is e.g. RetryAttemptsExhausted."""
    first, last = batch.records[0], batch.records[-1]
    return {
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{function}",
            "condition": condition,
            "approximateInvokeCount": batch.failures,
        },
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "version": "1.0",
        "timestamp": _iso(now),
        "DDBStreamBatchInfo": {
            "shardId": shard_id,
            "startSequenceNumber": sequence_number(first),
            "endSequenceNumber": sequence_number(last),
            "approximateArrivalOfFirstRecord": _iso(created_at(first)),
            "approximateArrivalOfLastRecord": _iso(created_at(last)),
            "batchSize": len(batch.records),
            "streamArn": stream_arn,
        },
    }


def _names_all(reply: Any, numbers: Sequence[str]) -> bool:
    """Whether the reply itself names every record, rather than being malformed."""
    failures = reply.get("batchItemFailures") if isinstance(reply, dict) else None
    if not isinstance(failures, list):
        return False
    return {each.get("itemIdentifier") for each in failures if isinstance(each, dict)} == set(numbers)


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
