"""Turns hints of webhooks into fetches. SQS WebhookHintJobs, at least once, ten messages at a time, in no order.

Reads InstagramInstalls and puts one message for each install into MediaFetchJobs, whatever the number of hints at it.
A repetition makes a fetch that finds itself done already, so a batch that was not wholly sent is simply done again.
"""

import os
from contextlib import suppress
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from signpost.instagram.install_store import InstallStore
from signpost.instagram.webhook import hints
from signpost.platform import aws, settings
from signpost.platform.clock import system_clock
from signpost.platform.errors import Unavailable
from signpost.platform.queue import MessageQueue

RETRY_SECONDS = 10


class Settings(NamedTuple):
    installs_table: str
    hints_queue: str
    media_fetch_queue: str
    media_fetch_delay_seconds: int


SETTINGS = settings.load(Settings, os.environ)
INSTALLS = InstallStore(aws.dynamodb_json(), SETTINGS.installs_table)
HINTS = MessageQueue(aws.sqs(), SETTINGS.hints_queue)
FETCHES = MessageQueue(aws.sqs(), SETTINGS.media_fetch_queue)
clock = system_clock
logger = Logger()
metrics = Metrics()


def fetch(batch: list[hints.Hints]) -> None:
    """Raises `Unavailable` when not all fetches are in the queue."""
    accounts = {account for each in batch for account in each.accounts}
    installs = INSTALLS.of_accounts(accounts)
    fetches = hints.fetches(batch, installs, SETTINGS.media_fetch_delay_seconds, clock())
    FETCHES.send([each.message for each in fetches], [each.delay for each in fetches])
    if unknown := len(accounts - installs.keys()):
        logger.info("accounts that nobody connected", accounts=unknown)
    metrics.add_metric("FetchesHinted", MetricUnit.Count, len(fetches))


def readable(record: dict[str, Any]) -> hints.Hints | None:
    try:
        return hints.read_message(record["body"])
    except hints.NotHints as error:
        logger.warning("message passed over", message_id=record["messageId"], reason=str(error))
        metrics.add_metric("HintsPassedOver", MetricUnit.Count, 1)
        return None


@metrics.log_metrics
def handler(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    metrics.add_metric("HintMessages", MetricUnit.Count, len(event["Records"]))
    found = [(record, hint) for record in event["Records"] if (hint := readable(record))]
    try:
        fetch([hint for _, hint in found])
    except Unavailable as error:
        logger.warning("hints are tried again", error=str(error))
        with suppress(Unavailable):  # then they come again when the visibility timeout ends
            for record, _ in found:
                received = int(record["attributes"]["ApproximateReceiveCount"])
                HINTS.put_off(record["receiptHandle"], RETRY_SECONDS * received)
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record, _ in found]}
    return {"batchItemFailures": []}
