"""Fetches an account's newest posts, or a hashtag's, and imports what is wanted. SQS, one message, at least once.

Reads and writes InstagramInstalls, InstagramHashtags, Media and Imports; writes pictures, the event bus, and its own
queue: a message that has to wait is sent off again, so that waiting does not use up its deliveries. A fetch that ends
anywhere goes on with the next delivery. What can never work is logged and acknowledged.
"""

import os
import time
from contextlib import suppress
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from signpost.instagram.cipher import KeyUnusable, TokenCipher
from signpost.instagram.fetch.account_fetch import MediaFetch
from signpost.instagram.fetch.account_sync import Tools
from signpost.instagram.fetch.hashtag_fetch import HashtagFetch
from signpost.instagram.fetch.hashtag_store import HashtagStore
from signpost.instagram.fetch.import_store import ImportStore
from signpost.instagram.fetch.imports import Imports
from signpost.instagram.fetch.jobs import FetchResult, Job, job_of
from signpost.instagram.fetch.media_store import MediaStore
from signpost.instagram.fetch.pictures import Pictures
from signpost.instagram.fetch.sync_rules import backoff
from signpost.instagram.fetch.sync_store import SyncStore
from signpost.instagram.graph import wiring as graph_wiring
from signpost.platform import aws, settings
from signpost.platform.clock import system_clock
from signpost.platform.errors import SignpostError, Unavailable
from signpost.platform.event_bus import EventBus
from signpost.platform.ids import ulid
from signpost.platform.queue import MessageQueue

RESERVE_SECONDS = 30.0  # kept back for the post that is in hand


class Settings(NamedTuple):
    installs_table: str
    hashtags_table: str
    media_table: str
    imports_table: str
    media_bucket: str
    media_fetch_queue: str
    media_fetch_delay_seconds: int
    event_bus: str
    token_key: str
    graph: graph_wiring.Settings
    picture_hosts: str


SETTINGS = settings.load(Settings, os.environ)
GRAPHS = graph_wiring.build(SETTINGS.graph)
STORE = SyncStore(aws.dynamodb_json(), SETTINGS.installs_table)
HASHTAGS = HashtagStore(aws.dynamodb(), SETTINGS.hashtags_table)
MEDIA = MediaStore(aws.dynamodb(), SETTINGS.media_table)
BUS = EventBus(aws.events(), SETTINGS.event_bus, "signpost.instagram")
IMPORTS = Imports(ImportStore(aws.dynamodb(), SETTINGS.imports_table), BUS)
PICTURES = Pictures(aws.s3(), SETTINGS.media_bucket, settings.listed(SETTINGS.picture_hosts))
CIPHER = TokenCipher(aws.kms(), SETTINGS.token_key)
QUEUE = MessageQueue(aws.sqs(), SETTINGS.media_fetch_queue)
CLOCK = system_clock
logger = Logger()
metrics = Metrics()


def fetch(job: Job, receives: int, seconds: float) -> FetchResult:
    end = time.monotonic() + seconds - RESERVE_SECONDS
    tools = Tools(MEDIA, IMPORTS, PICTURES, CLOCK, lambda: time.monotonic() < end)
    if job.tag is not None:
        return HashtagFetch(STORE, HASHTAGS, CIPHER, GRAPHS, tools).fetch(job)
    fetcher = MediaFetch(STORE, CIPHER, GRAPHS, tools, SETTINGS.media_fetch_delay_seconds)
    return fetcher.fetch(job, ulid(CLOCK()), seconds, receives)


def take(record: dict[str, Any], seconds: float) -> bool:
    """Whether the message is done with."""
    receives = int(record["attributes"]["ApproximateReceiveCount"])
    try:
        job = job_of(record["body"])
        logger.append_keys(install=job.install, why=job.why)
        outcome = fetch(job, receives, seconds)
        if outcome.again is not None:
            QUEUE.send([outcome.again.message()], outcome.delay)
    except SignpostError as error:
        return refused(error, record, receives)
    for problem in outcome.problems:
        logger.warning(problem.what, media=problem.media, reason=problem.reason)
    for name, count in outcome.counts.items():
        metrics.add_metric(name, MetricUnit.Count, count)
    logger.info("fetch ended", result=outcome.result, delay=outcome.delay)
    return True


def refused(error: SignpostError, record: dict[str, Any], receives: int) -> bool:
    reason = f"{type(error).__name__}: {error}"
    if not error.retryable:
        logger.error("fetch given up", reason=reason)
        metrics.add_metric("FetchesGivenUp", MetricUnit.Count, 1)
        return True
    (logger.error if isinstance(error, KeyUnusable) else logger.warning)("fetch not done yet", reason=reason)
    with suppress(Unavailable):  # then it comes again when the queue's visibility timeout ends
        QUEUE.put_off(record["receiptHandle"], backoff(receives))
    return False


@metrics.log_metrics
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    logger.append_keys(install=None, why=None)
    metrics.add_metric("Fetches", MetricUnit.Count, len(event["Records"]))
    failed = [
        record["messageId"]
        for record in event["Records"]
        if not take(record, context.get_remaining_time_in_millis() / 1000)
    ]
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
