"""Recounts finished hours from the clicks and settles them. Every 5 minutes by schedule, and on /tasks/update_stats.

Reads Campaigns and Clicks, writes ClickCounts. Everything it does is conditional and done at most once, so runs may
overlap, be cut off anywhere, or be missed: the next one goes on where the last one stopped.
"""

import os
import time
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from signpost.platform import admin_api, aws, settings
from signpost.platform.clock import system_clock
from signpost.platform.errors import SignpostError, Unavailable
from signpost.platform.http import Reply, reply
from signpost.platform.secrets import CredentialsSecret
from signpost.tracking.api import refusal
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicks import ClickLayout
from signpost.tracking.counting.click_store import ClickStore
from signpost.tracking.counting.settlement import OutOfTime, Settlement, SettlementResult, settle_all
from signpost.tracking.counting.store import CountStore

HTTP_SECONDS = 25.0  # API Gateway waits for 30
RESERVE_SECONDS = 20.0  # kept back for the last page and for writing down how far it came


class Settings(NamedTuple):
    campaigns_table: str
    clicks_table: str
    click_counts_table: str
    click_buckets: int
    click_retention_days: int
    admin_secret: str


SETTINGS = settings.load(Settings, os.environ)
SECRET = CredentialsSecret(aws.secretsmanager(), SETTINGS.admin_secret)
CAMPAIGNS = CampaignStore(aws.dynamodb(), SETTINGS.campaigns_table)
CLICKS = ClickStore(aws.dynamodb(), SETTINGS.clicks_table)
COUNTS = CountStore(aws.dynamodb(), SETTINGS.click_counts_table)
LAYOUT = ClickLayout(SETTINGS.click_buckets, SETTINGS.click_retention_days)
logger = Logger()


def settle(seconds: float) -> SettlementResult:
    """Settle what can be settled within that time.

    Raises:
        OutOfTime: there is more to do.
        Unavailable: some campaigns could not be done; the others are.
    """
    end = time.monotonic() + seconds
    settlement = Settlement(CLICKS, COUNTS, LAYOUT, system_clock, lambda: time.monotonic() < end, report_unreadable)
    outcome = settle_all(settlement, CAMPAIGNS.ids())
    with single_metric("HoursSettled", MetricUnit.Count, outcome.hours) as metric:
        metric.add_dimension("service", logger.service)
    for campaign_id, error in outcome.failures:
        logger.warning("campaign not settled", campaign=campaign_id, reason=f"{type(error).__name__}: {error}")
    if outcome.failures:
        raise Unavailable(f"{len(outcome.failures)} campaigns could not be settled; try again.")
    return outcome


def report_unreadable(partition: str, click: str) -> None:
    logger.error("click not readable, not counted", partition=partition, click=click)


def answer(event: dict[str, Any]) -> Reply:
    try:
        admin_api.check(event, SECRET)
        settle(HTTP_SECONDS)
    except OutOfTime:
        return reply(202, "Still updating; ask again.")
    except SignpostError as error:
        return refusal(error)
    return reply(200, "Updated.")


def handler(event: dict[str, Any], context: Any) -> Reply | None:
    if "requestContext" in event:
        return answer(event)
    try:
        settle(context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)
    except OutOfTime:
        logger.info("out of time; the next run goes on")
    return None
