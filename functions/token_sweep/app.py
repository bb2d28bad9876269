"""Keeps tokens alive, and tells owners in time when it cannot. Daily by schedule, and SQS queue TokenJobs.

The schedule queues a message for each install that is due, and does so again when it is repeated. Messages are
delivered at least once, too: what is done for an install is conditional, so doing it again does nothing. Writes
InstagramInstalls, reads InstagramApps, calls Meta, sends e-mails.
"""

import os
from typing import Any, Final

from signpost.instagram.tokens import wiring
from signpost.platform import settings
from signpost.platform.consumers import Message, SignpostBatchProcessor
from signpost.platform.observe import Observer

LAST_TRY: Final = 4  # of the queue's 5: the last one makes an alarm, and a busy Meta is no reason for one
RESERVE_MS: Final = 60_000  # what one install may take when nobody answers in time
OBSERVER = Observer()


def report(metric: str, facts: dict[str, str]) -> None:
    OBSERVER.count(metric)
    OBSERVER.logger.info(metric, extra=facts)


TOKENS = wiring.build(settings.load(wiring.Settings, os.environ), report=report)
MESSAGES = SignpostBatchProcessor(
    OBSERVER,
    TOKENS.queue,
    given_up="install not cared for",
    given_up_metric="TokenJobsGivenUp",
    put_off="install not cared for",
    first_wait=900,  # seconds: by the last try, Meta has had most of an hour
    reserve_ms=RESERVE_MS,
)


def care(message: Message) -> None:
    install_id = message.json()["install"]
    OBSERVER.logger.append_keys(install=install_id)
    TOKENS.care.care(install_id, last_try=message.receives >= LAST_TRY)


@OBSERVER.handler
def handler(event: dict[str, Any], context: Any) -> Any:
    if "Records" not in event:
        OBSERVER.count("InstallsDue", TOKENS.sweep.queue_due())
        return None
    reply = MESSAGES.each(event, context, care)
    OBSERVER.count("InstallsCaredFor", len(event["Records"]) - len(reply["batchItemFailures"]))
    return reply
