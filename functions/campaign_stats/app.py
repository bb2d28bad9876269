"""Recounts finished hours from the clicks and settles them. Every 5 minutes by schedule, and on /tasks/update_stats.

Reads Campaigns and Clicks, writes ClickCounts. Everything it does is conditional and done at most once, so runs may
overlap, be interrupted anywhere, or be missed: the next one continues where the last one stopped.
"""

import os
from functools import partial
from typing import Any

from signpost.platform import settings
from signpost.platform.dispatch import dispatch
from signpost.platform.errors import SignpostError, Unavailable
from signpost.platform.http import Event, Reply, reply
from signpost.platform.observe import Observer
from signpost.tracking.error_reply import error_body
from signpost.tracking.settlement import wiring
from signpost.tracking.settlement.recount import OutOfTime

HTTP_SECONDS = 25.0  # API Gateway waits for 30
RESERVE_SECONDS = 20.0  # reserved for the last page and for saving the progress

observer = Observer()
SETTLEMENT, CAMPAIGNS, GUARD = wiring.build(
    settings.load(wiring.Settings, os.environ),
    on_unreadable=partial(observer.logger.error, "not readable, not counted"),
)


def settle(seconds: float) -> None:
    """Settle as much as that time allows.

    Raises:
        OutOfTime: there is more to do.
        Unavailable: some campaigns could not be settled; the others are.
    """
    result = SETTLEMENT.within(seconds).settle_all(CAMPAIGNS.ids())
    observer.count("HoursSettled", result.hours)
    for campaign_id, error in result.failures:
        if isinstance(error, SignpostError):
            reason = f"{type(error).__name__}: {error}"
            observer.logger.warning("campaign not settled", campaign=campaign_id, reason=reason)
        else:
            observer.unexpected(error, "campaign not settled", campaign=campaign_id)
    if result.failures:
        raise Unavailable(f"{len(result.failures)} campaigns could not be settled; try again.")


def update(event: Event) -> Reply:
    try:
        GUARD.check(event)
        settle(HTTP_SECONDS)
    except OutOfTime:
        return reply(202, "Still updating; try again.")
    return reply(200, "Updated.")


def refusal(error: SignpostError) -> Reply:
    return GUARD.refusal(error, error_body(error))


ROUTES = dict.fromkeys(("GET /tasks/update_stats", "POST /tasks/update_stats"), update)


@observer.handler
def handler(event: dict[str, Any], context: Any) -> Reply | None:
    if "requestContext" in event:
        return dispatch(ROUTES, event, context, refusal)
    try:
        settle(context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS)
    except OutOfTime:
        observer.logger.info("out of time; the next run continues")
    return None
