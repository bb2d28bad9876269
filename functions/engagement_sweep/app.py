"""Welcomes, reminds, calls back, and removes who never verified. Hourly by schedule, at least once; runs may overlap.

Reads and writes Messaging: what is sent goes into its outbox, in the transaction that stamps it. What the run has no
time for, the next one does first.
"""

import os
from typing import Any, Final

from signpost.messaging.engagement import wiring
from signpost.messaging.engagement.sweep import Sweep
from signpost.platform import settings
from signpost.platform.clock import time_left
from signpost.platform.observe import Observer

RESERVE_SECONDS: Final = 30.0  # kept back for the current hundred
observer = Observer()


def report(error: Exception, kind: str) -> None:
    """Of a user or an invite, which is not named: ids of people stay out of the log."""
    observer.unexpected(error, "not looked at", kind=kind)


SWEEP = wiring.build(settings.load(wiring.Settings, os.environ), report=report)


@observer.handler
def handler(_event: dict[str, Any], context: Any, *, sweep: Sweep = SWEEP) -> None:
    seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    swept = sweep.run(time_left(seconds))
    observer.count("EngagementLookedAt", swept.looked_at)
    observer.count("NoticesMade", sum(swept.done.values()))
    observer.logger.info("engagement", extra={"looked_at": swept.looked_at, **swept.done})
    if not swept.complete:
        observer.logger.warning("out of time; the next run continues")
