"""Fetches all posts of an account and their insights. SQS BackfillJobs, one message, at least once.

Reads and writes InstagramInstalls and Media; writes pictures, and its own queue: work that takes longer than one run,
or must leave Meta's limits to new posts, is queued as a new message. An interrupted run repeats one page at most.
"""

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from signpost.instagram.backfill import wiring
from signpost.instagram.fetch.jobs import BACKFILL, job_of
from signpost.instagram.fetch.outcomes import conclude
from signpost.platform import settings
from signpost.platform.consumers import Message, SignpostBatchProcessor
from signpost.platform.observe import Observer

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse

FEATURE = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
processor = SignpostBatchProcessor(
    observer,
    FEATURE.queue,
    given_up="backfill given up",
    given_up_metric="BackfillsGivenUp",
    put_off="backfill not done yet",
)


def take(feature: wiring.BackfillFeature, seconds: float, message: Message) -> None:
    job = job_of(message.body, {BACKFILL})
    observer.logger.append_keys(install=job.install)
    conclude("backfill ended", feature.run(job, seconds), feature.queue, observer)


@observer.handler
def handler(
    event: dict[str, Any], context: Any, *, feature: wiring.BackfillFeature = FEATURE
) -> "PartialItemFailureResponse":
    seconds = context.get_remaining_time_in_millis() / 1000
    return processor.each(event, context, partial(take, feature, seconds))
