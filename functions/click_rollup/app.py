"""Adds new clicks to the live counts. DynamoDB stream of Clicks, at least once, in order within a shard.

Writes ClickCounts and, of records that are no clicks, the failure queue: those are acknowledged, so they never block
the shard, and the recount of their hour decides. What DynamoDB did not take is reported and delivered again.
"""

import os
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from signpost.platform import aws, settings
from signpost.platform.queue import MessageQueue
from signpost.tracking.counting.rollup import Rollup
from signpost.tracking.counting.store import CountStore


class Settings(NamedTuple):
    click_counts_table: str
    click_rollup_failures_queue: str


SETTINGS = settings.load(Settings, os.environ)
STORE = CountStore(aws.dynamodb(), SETTINGS.click_counts_table)
FAILURES = MessageQueue(aws.sqs(), SETTINGS.click_rollup_failures_queue)
logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """The mapping has a tumbling window because only then events name their shard; the window's state stays empty."""
    shard, records = event["shardId"], event["Records"]
    outcome = Rollup(shard, STORE).apply(records)
    for each in outcome.poison:
        logger.error("record is no click", shard=shard, sequence=each.sequence, reason=each.reason)
    for each in outcome.again:
        logger.warning("clicks not counted yet", shard=shard, sequence=each.sequence, reason=each.reason)
    metrics.add_metric("ClickRecords", MetricUnit.Count, len(records))
    metrics.add_metric("ClickRecordsRejected", MetricUnit.Count, len(outcome.poison))
    FAILURES.send([{"shardId": shard, **each._asdict()} for each in outcome.poison])
    return {"state": {}, "batchItemFailures": [{"itemIdentifier": each.sequence} for each in outcome.again]}
