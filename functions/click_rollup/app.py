"""Adds new clicks to the live counts. DynamoDB stream of Clicks, at least once, in order within a shard.

Writes ClickCounts. Records that are not clicks go to the failure queue and are acknowledged, so that they do not block
the shard; the recount of their hour decides. Records that DynamoDB did not accept are reported and delivered again.
"""

import os
from typing import Any

from signpost.platform import settings
from signpost.platform.observe import Observer
from signpost.tracking.counting import wiring

ROLLUP = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()


@observer.handler
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Events name their shard only because the mapping has a tumbling window; the window's state stays empty."""
    shard, records = event["shardId"], event["Records"]
    result = ROLLUP.apply(shard, records)
    for each in result.poison:
        observer.logger.error("record is not a click", shard=shard, sequence=each.sequence, reason=each.reason)
    for each in result.again:
        observer.logger.warning("clicks not counted yet", shard=shard, sequence=each.sequence, reason=each.reason)
    observer.count("ClickRecords", len(records))
    observer.count("ClickRecordsRejected", len(result.poison))
    ROLLUP.set_aside(shard, result.poison)
    return {"state": {}, "batchItemFailures": [{"itemIdentifier": each.sequence} for each in result.again]}
