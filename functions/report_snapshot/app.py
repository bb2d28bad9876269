"""Takes the snapshots that reports read. SQS SnapshotJobs, at least once, in any order, two at a time; and daily.

A message is the event AccountSynced, or {"member": id}. The function reads InstagramInstalls, Media, ExportImports and
its lists, Campaigns and ClickCounts; writes one object to ReportSnapshots and the member's pointer to it, which only
moves forward; and deletes older objects. The schedule queues members whose snapshot is a day old.
"""

import os
from typing import Any

from signpost.analytics.snapshots import jobs, wiring
from signpost.platform import settings
from signpost.platform.consumers import Message, SignpostBatchProcessor
from signpost.platform.observe import Observer

FEATURE = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
processor = SignpostBatchProcessor(
    observer,
    FEATURE.queue,
    given_up="snapshot given up",
    given_up_metric="SnapshotsGivenUp",
    put_off="snapshot put off",
    first_wait=60,
)


@observer.handler
def handler(event: dict[str, Any], context: Any, *, feature: wiring.Feature = FEATURE) -> Any:
    if "Records" not in event:
        observer.count("SnapshotsDue", feature.schedule.queue_stale())
        return None

    def take(message: Message) -> None:
        job = jobs.read(message.json())
        observer.logger.append_keys(member=job.member)
        outcome = feature.snapshots.take(job)
        observer.logger.info("snapshot", outcome=outcome.value)
        if outcome == "taken":
            observer.count("SnapshotsTaken")

    return processor.each(event, context, take)
