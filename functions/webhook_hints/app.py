"""Turns hints of webhooks into fetches. SQS WebhookHintJobs, at least once, ten messages at a time, in no order.

Reads InstagramInstalls and puts one message for each install into MediaFetchJobs, whatever the number of hints about
it. A repeated message makes a fetch that has nothing left to do, so a batch that was not sent completely is repeated.
"""

import os
from functools import partial
from typing import Any

from signpost.instagram.hints import messages, wiring
from signpost.instagram.hints.fetches import HintedFetches
from signpost.platform import settings
from signpost.platform.consumers import Message, SignpostBatchProcessor
from signpost.platform.observe import Observer

HINTS = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()
processor = SignpostBatchProcessor(
    observer,
    HINTS.queue,
    given_up="message passed over",
    given_up_metric="HintsPassedOver",
    put_off="hints are tried again",
    first_wait=10,
)


def read(message: Message) -> messages.Hints:
    return messages.read_message(message.body)


def fetch(fetches: HintedFetches, hints: list[messages.Hints]) -> None:
    sent = fetches.send(hints)
    if sent.unknown_accounts:
        observer.logger.info("accounts that nobody connected", accounts=sent.unknown_accounts)
    observer.count("FetchesHinted", sent.fetches)


@observer.handler
def handler(event: dict[str, Any], _context: Any, *, fetches: HintedFetches = HINTS.fetches) -> Any:
    observer.count("HintMessages", len(event["Records"]))
    return processor.together(event, read, partial(fetch, fetches))
