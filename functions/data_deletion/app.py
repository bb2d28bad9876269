"""Ends connections and erases everything about a person. SQS DataDeletionJobs, at least once, one message at a time.

Writes and deletes in all of Instagram's tables and in MediaFiles. Everything may be done again, be cut off anywhere,
and run twice at the same time. What takes longer than one run, or has to wait for a fetch, is queued as a new message:
SQS gives up on one that was received ten times, and these have not failed.
"""

import os
from functools import partial
from typing import Any

from signpost.instagram.deletion.request import Kind, message, read_message
from signpost.instagram.erasure import wiring
from signpost.instagram.erasure.errors import Busy, OutOfTime
from signpost.platform import settings
from signpost.platform.consumers import Message, SignpostBatchProcessor
from signpost.platform.observe import Observer

RESERVE_SECONDS = 30.0  # for the calls in progress when the time is over
BUSY_SECONDS = 15  # most fetches end long before their lease does

ERASURE = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
processor = SignpostBatchProcessor(
    observer,
    ERASURE.queue,
    given_up="message passed over",
    given_up_metric="DeletionsPassedOver",
    put_off="request is tried again",
    first_wait=60,
)


def take(feature: wiring.ErasureFeature, seconds: float, received: Message) -> None:
    request = read_message(received.body)
    if request.kind is Kind.DEAUTHORIZE:
        observer.logger.info("connections ended", installs=feature.erasure.end(request))
        return
    try:
        feature.erasure.erase(request, seconds)
        observer.logger.info("person erased", code=request.code)
    except OutOfTime:
        feature.queue.send([message(request)])
    except Busy as busy:
        feature.queue.send([message(request)], delay=min(round(busy.seconds) + 1, BUSY_SECONDS))


@observer.handler
def handler(event: dict[str, Any], context: Any, *, feature: wiring.ErasureFeature = ERASURE) -> Any:
    seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    return processor.each(event, context, partial(take, feature, seconds))
