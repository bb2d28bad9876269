"""Has every account and hashtag fetched that is due. Hourly by schedule, at least once; runs may overlap or be cut off.

Writes when installs and polls are due next, and the queue of fetches. What it has no time for, the next run does first.
"""

import os
import time
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from signpost.instagram.fetch.poll_store import PollStore
from signpost.instagram.fetch.sweep import Sweep
from signpost.instagram.fetch.sync_store import SyncStore
from signpost.platform import aws, settings
from signpost.platform.clock import system_clock
from signpost.platform.queue import MessageQueue

RESERVE_SECONDS = 20.0  # kept back for the fifty that are in hand


class Settings(NamedTuple):
    installs_table: str
    hashtags_table: str
    media_fetch_queue: str


SETTINGS = settings.load(Settings, os.environ)
STORE = SyncStore(aws.dynamodb_json(), SETTINGS.installs_table)
POLLS = PollStore(aws.dynamodb(), SETTINGS.hashtags_table)
QUEUE = MessageQueue(aws.sqs(), SETTINGS.media_fetch_queue)
CLOCK = system_clock
logger = Logger()
metrics = Metrics()


@metrics.log_metrics
def handler(_event: dict[str, Any], context: Any) -> None:
    end = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    swept = Sweep(STORE, POLLS, QUEUE, CLOCK, lambda: time.monotonic() < end).run()
    metrics.add_metric("SyncsEnqueued", MetricUnit.Count, swept.accounts)
    metrics.add_metric("HashtagPollsEnqueued", MetricUnit.Count, swept.hashtags)
    if not swept.complete:
        logger.warning("out of time; the next run goes on", **swept._asdict())
