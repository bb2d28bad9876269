"""Adds new clicks to the live counts. DynamoDB stream of Clicks, at least once, in order within a shard.

Writes ClickCounts, reads nothing else. A record that cannot be counted is reported and delivered again; after the
mapping's retries it goes to the failure queue, and the recount of its hour counts the click all the same.
"""

import os
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from signpost.platform import aws, settings
from signpost.tracking.count_store import CountStore
from signpost.tracking.rollup import Rollup


class Settings(NamedTuple):
    click_counts_table: str


SETTINGS = settings.load(Settings, os.environ)
STORE = CountStore(aws.dynamodb(), SETTINGS.click_counts_table)
logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """The mapping has a tumbling window because only then events name their shard; the window's state stays empty."""
    records = event["Records"]
    rejected = Rollup(event["shardId"], STORE).apply(records)
    for each in rejected:
        logger.error(
            "clicks not counted", sequence=each.sequence, reason=f"{type(each.reason).__name__}: {each.reason}"
        )
    metrics.add_metric("ClickRecords", MetricUnit.Count, len(records))
    metrics.add_metric("ClickRecordsRejected", MetricUnit.Count, len(rejected))
    return {"state": {}, "batchItemFailures": [{"itemIdentifier": each.sequence} for each in rejected]}
