"""Does jobs of messaging: copies for large conversations, joining, clearing, erasing. SQS MessagingJobs, at least once.

Reads and writes Messaging, and sends a job that takes longer than one run to its own queue again. Each job may be
repeated, be cut off anywhere, and run twice at the same time.
"""

import os
from functools import partial
from typing import Any

from signpost.messaging import jobs
from signpost.messaging.background import wiring
from signpost.platform import settings
from signpost.platform.consumers import Message, SignpostBatchProcessor
from signpost.platform.observe import Observer

FEATURE = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
processor = SignpostBatchProcessor(
    observer,
    FEATURE.queue,
    given_up="job passed over",
    given_up_metric="MessagingJobsPassedOver",
    put_off="job is tried again",
    first_wait=5,
    reserve_ms=30_000,
)


def take(feature: wiring.WorkerFeature, context: Any, received: Message) -> None:
    job = jobs.read(received.json())
    feature.worker.take(job, context.get_remaining_time_in_millis() / 1000)
    observer.logger.info("job done", job=job.name)


@observer.handler
def handler(event: dict[str, Any], context: Any, *, feature: wiring.WorkerFeature = FEATURE) -> Any:
    return processor.each(event, context, partial(take, feature, context))
