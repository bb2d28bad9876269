"""Recounts finished hours from the clicks and settles them. Every 5 minutes by schedule, and on /tasks/update_stats.

Reads Campaigns and Clicks, writes ClickCounts. Everything it does is conditional and done at most once, so runs may
overlap, be cut off anywhere, or be missed: the next one goes on where the last one stopped.
"""

import os
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from signpost.platform import admin_api, settings
from signpost.platform.errors import SignpostError, Unavailable
from signpost.platform.http import Reply, reply
from signpost.tracking.api import refusal
from signpost.tracking.settlement import wiring
from signpost.tracking.settlement.recount import OutOfTime

HTTP_SECONDS = 25.0  # API Gateway waits for 30
RESERVE_SECONDS = 20.0  # kept back for the last page and for noting how far it got

logger = Logger()
SETTLEMENT, CAMPAIGNS, SECRET = wiring.build(
    settings.load(wiring.Settings, os.environ),
    on_unreadable=partial(logger.error, "click not readable, not counted"),
)


def settle(seconds: float) -> None:
    """Settle what can be settled within that time.

    Raises:
        OutOfTime: there is more to do.
        Unavailable: some campaigns could not be settled; the others are.
    """
    result = SETTLEMENT.within(seconds).settle_all(CAMPAIGNS.ids())
    with single_metric("HoursSettled", MetricUnit.Count, result.hours) as metric:
        metric.add_dimension("service", logger.service)
    for campaign_id, error in result.failures:
        logger.warning("campaign not settled", campaign=campaign_id, reason=f"{type(error).__name__}: {error}")
    if result.failures:
        raise Unavailable(f"{len(result.failures)} campaigns could not be settled; try again.")


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
