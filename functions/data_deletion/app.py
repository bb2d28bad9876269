"""Ends connections and erases all about a person. SQS DataDeletionJobs, at least once, one message at a time.

Writes and deletes in all tables of Instagram and in MediaFiles. Everything may be done again, be cut off anywhere, and
run twice at once. What takes longer than one run, or has to wait for a fetch, goes into the queue as a new message, for
SQS gives up on one that was received ten times, and these are no failures.
"""

import os
import time
from contextlib import suppress
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from signpost.instagram.deletion import request
from signpost.instagram.deletion.erasure import Erasure, OutOfTime
from signpost.instagram.deletion.erasure_store import Busy, ErasureStore, Tables
from signpost.instagram.deletion.store import DeletionStore
from signpost.instagram.install_store import InstallStore
from signpost.platform import aws, settings
from signpost.platform.clock import system_clock
from signpost.platform.errors import SignpostError, Unavailable
from signpost.platform.queue import MessageQueue

RESERVE_SECONDS = 30.0  # for the calls that are under way when the time is over
RETRY_SECONDS = 30
BUSY_SECONDS = 15  # most fetches end long before their lease does


class Settings(NamedTuple):
    installs_table: str
    apps_table: str
    hashtags_table: str
    media_table: str
    imports_table: str
    media_bucket: str
    deletion_queue: str


SETTINGS = settings.load(Settings, os.environ)
INSTALLS = InstallStore(aws.dynamodb_json(), SETTINGS.installs_table)
REQUESTS = DeletionStore(aws.dynamodb(), SETTINGS.installs_table)
STORE = ErasureStore(INSTALLS, aws.dynamodb(), aws.s3(), Tables(*SETTINGS[1:6]))
QUEUE = MessageQueue(aws.sqs(), SETTINGS.deletion_queue)
clock = system_clock
logger = Logger()


def do(wanted: request.Request, seconds: float) -> None:
    """Raises `Unavailable` when AWS does not answer."""
    end = time.monotonic() + seconds
    erasure = Erasure(INSTALLS, REQUESTS, STORE, lambda: time.monotonic() < end, clock)
    if wanted.kind is request.Kind.DEAUTHORIZE:
        logger.info("connections ended", installs=erasure.end(wanted))
        return
    try:
        erasure.erase(wanted)
        logger.info("person erased", code=wanted.code)
    except OutOfTime:
        QUEUE.send([request.message(wanted)])
    except Busy as busy:
        QUEUE.send([request.message(wanted)], delay=min(round(busy.until - clock()) + 1, BUSY_SECONDS))


def handle(record: dict[str, Any], seconds: float) -> bool:
    """Whether the message is done with."""
    try:
        do(request.read_message(record["body"]), seconds)
    except SignpostError as error:
        if not error.retryable:
            logger.warning("message passed over", message_id=record["messageId"], reason=str(error))
            with single_metric("DeletionsPassedOver", MetricUnit.Count, 1) as metric:
                metric.add_dimension("service", logger.service)
            return True
        received = int(record["attributes"]["ApproximateReceiveCount"])
        logger.warning("request is tried again", error=str(error), received=received)
        with suppress(Unavailable):  # then it comes again when the visibility timeout ends
            QUEUE.put_off(record["receiptHandle"], RETRY_SECONDS * 2 ** min(received, 5))
        return False
    return True


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    failed = [record["messageId"] for record in event["Records"] if not handle(record, seconds)]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
