"""Fetches an account's newest posts, or a hashtag's, and imports what is wanted. SQS, one message, at least once.

Reads and writes InstagramInstalls, InstagramHashtags, Media and Imports; writes pictures, the event bus, and its own
queue: a message that has to wait is sent again, so that waiting does not use up its deliveries. An interrupted fetch
continues with the next delivery. What can never work is logged and acknowledged.
"""

import os
from typing import TYPE_CHECKING, Any

from signpost.instagram.fetch import wiring
from signpost.instagram.fetch.jobs import job_of
from signpost.instagram.fetch.outcomes import conclude
from signpost.platform import settings
from signpost.platform.consumers import Message, SignpostBatchProcessor
from signpost.platform.observe import Observer

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse

FETCH = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
processor = SignpostBatchProcessor(
    observer, FETCH.queue, given_up="fetch given up", given_up_metric="FetchesGivenUp", put_off="fetch not done yet"
)


def take(message: Message, seconds: float) -> None:
    job = job_of(message.body)
    observer.logger.append_keys(install=job.install, why=job.why)
    conclude("fetch ended", FETCH.fetch(job, message.receives, seconds), FETCH.queue, observer)


@observer.handler
def handler(event: dict[str, Any], context: Any) -> "PartialItemFailureResponse":
    observer.count("Fetches", len(event["Records"]))
    return processor.each(event, context, lambda message: take(message, context.get_remaining_time_in_millis() / 1000))
