"""Keeps tokens alive, and e-mails owners in time when it cannot. Runs on a daily schedule and on SQS queue TokenJobs.

The schedule, which may repeat, queues a message for each install that is due; messages arrive at least once. All writes
for an install are conditional, so repeating them does nothing. Writes InstagramInstalls, reads InstagramApps, calls
Meta, sends e-mails.
"""

import os
from typing import Any, Final

from signpost.instagram.tokens import wiring
from signpost.platform import settings
from signpost.platform.consumers import Message, SignpostBatchProcessor
from signpost.platform.observe import Observer

LAST_TRY: Final = 4  # of the queue's 5: a failed fifth sets off an alarm, which a busy Meta should not
RESERVE_MS: Final = 60_000  # the longest that one install takes if no service responds in time
observer = Observer()


def report(metric: str, facts: dict[str, str]) -> None:
    observer.count(metric)
    observer.logger.info(metric, extra=facts)


TOKENS = wiring.build(settings.load(wiring.Settings, os.environ), report=report)
MESSAGES = SignpostBatchProcessor(
    observer,
    TOKENS.queue,
    given_up="install not cared for",
    given_up_metric="TokenJobsGivenUp",
    put_off="install not cared for",
    first_wait=900,  # seconds: by the last try, Meta has had most of an hour
    reserve_ms=RESERVE_MS,
)


def care(message: Message) -> None:
    install_id = message.json()["install"]
    observer.logger.append_keys(install=install_id)
    TOKENS.care.care(install_id, last_try=message.receives >= LAST_TRY)


@observer.handler
def handler(event: dict[str, Any], context: Any) -> Any:
    if "Records" not in event:
        observer.count("InstallsDue", TOKENS.sweep.queue_due())
        TOKENS.sweep.count_connected()
        return None
    reply = MESSAGES.each(event, context, care)
    observer.count("InstallsCaredFor", len(event["Records"]) - len(reply["batchItemFailures"]))
    return reply
