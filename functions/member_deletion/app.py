"""Deletes members. SQS MemberDeletions, at least once, one message at a time: our own requests, and AccountErased.

Writes Members and ExportImports, deletes from ReportSnapshots and ExportFiles, reads InstagramInstalls, and requests
the account's erasure. All of it may be repeated, be cut off anywhere, and run twice at the same time.
"""

import os
from functools import partial
from typing import Any

from signpost.analytics.deletion import messages, wiring
from signpost.platform import settings
from signpost.platform.consumers import Message, SignpostBatchProcessor
from signpost.platform.observe import Observer

DELETION = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
processor = SignpostBatchProcessor(
    observer,
    DELETION.queue,
    given_up="message passed over",
    given_up_metric="MemberDeletionsPassedOver",
    put_off="deletion is tried again",
    first_wait=60,
)


def take(feature: wiring.DeletionFeature, received: Message) -> None:
    wanted = messages.read(received.body)
    feature.deletion.take(wanted)
    observer.logger.info("deletion went on", wanted=type(wanted).__name__)


@observer.handler
def handler(event: dict[str, Any], context: Any, *, feature: wiring.DeletionFeature = DELETION) -> Any:
    return processor.each(event, context, partial(take, feature))
