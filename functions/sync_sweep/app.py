"""Has every account and hashtag fetched that is due. Hourly by schedule, at least once; runs may overlap or be cut off.

Writes when installs and polls are due next, and the queue of fetches. What it has no time for, the next run does first.
"""

import os
from typing import Any, Final

from signpost.instagram.sweep import wiring
from signpost.platform import settings
from signpost.platform.clock import time_left
from signpost.platform.observe import Observer

RESERVE_SECONDS: Final = 20.0  # kept back for the current fifty

SWEEP = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()


@observer.handler
def handler(_event: dict[str, Any], context: Any) -> None:
    seconds = context.get_remaining_time_in_millis() / 1000 - RESERVE_SECONDS
    swept = SWEEP.run(time_left(seconds))
    observer.count("SyncsEnqueued", swept.accounts)
    observer.count("HashtagPollsEnqueued", swept.hashtags)
    if not swept.complete:
        observer.logger.warning("out of time; the next run continues", **swept._asdict())
