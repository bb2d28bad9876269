"""Adds new clicks to the live counts. DynamoDB stream of Clicks, at least once, in order within a shard.

Writes ClickCounts. Records that are not clicks go to the failure queue and are acknowledged, so that they do not block
the shard; the recount of their hour decides. What DynamoDB did not take is reported and delivered again.
"""

import os
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from signpost.platform import settings
from signpost.tracking.counting import wiring

ROLLUP = wiring.build(settings.load(wiring.Settings, os.environ))
logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Events name their shard only because the mapping has a tumbling window; the window's state stays empty."""
    shard, records = event["shardId"], event["Records"]
    result = ROLLUP.apply(shard, records)
    for each in result.poison:
        logger.error("record is not a click", shard=shard, sequence=each.sequence, reason=each.reason)
    for each in result.again:
        logger.warning("clicks not counted yet", shard=shard, sequence=each.sequence, reason=each.reason)
    metrics.add_metric("ClickRecords", MetricUnit.Count, len(records))
    metrics.add_metric("ClickRecordsRejected", MetricUnit.Count, len(result.poison))
    ROLLUP.set_aside(shard, result.poison)
    return {"state": {}, "batchItemFailures": [{"itemIdentifier": each.sequence} for each in result.again]}
