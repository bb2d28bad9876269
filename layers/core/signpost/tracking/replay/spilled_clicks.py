"""Puts back clicks that the redirect could not store and wrote to its log instead.

A click keeps the key that it got when it happened, so putting it back twice, or when it had been stored after all,
changes nothing. Its hour is counted again by the stream, and also by request, in case the stream fails.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from signpost.platform.clock import Clock, system_clock
from signpost.platform.ids import ulid, ulid_time
from signpost.tracking.clicks import campaign_and_hour
from signpost.tracking.counting.counts import PLATFORM_COUNTERS
from signpost.tracking.hours import DAY, HOUR, hour_of

if TYPE_CHECKING:
    from signpost.tracking.counting.click_store import ClickStore
    from signpost.tracking.counting.store import CountStore

_SPILLED = re.compile(r'"ClicksSpilled":\s*1\b')


class Replayed(NamedTuple):
    restored: int = 0
    expired: int = 0  # too old: their hours cannot be counted again
    unreadable: int = 0  # spilled, but not by the redirect


class Replay(NamedTuple):
    """Raises `Unavailable` when DynamoDB does not answer: start again from the beginning."""

    clicks: "ClickStore"
    counts: "CountStore"
    clock: Clock = system_clock

    def lines(self, lines: Iterable[str]) -> Replayed:
        """Put back the clicks in a log, whatever else it holds."""
        result, hours = Counter[str](), set[tuple[str, str]]()
        for line in lines:
            if not _SPILLED.search(line):
                continue
            try:
                click = read(line)
            except (ValueError, KeyError, TypeError):
                result["unreadable"] += 1
                continue
            # Too old for a recount: see settlement/recount.py.
            if click["ttl"] - DAY - HOUR <= self.clock():
                result["expired"] += 1
                continue
            self.clicks.put(click)
            hours.add(campaign_and_hour(click["partition"]))
            result["restored"] += 1
        for campaign_id, hour in sorted(hours):
            self.counts.ask_recount(campaign_id, hour, ulid(self.clock()))
        return Replayed(**result)


def read(line: str) -> Mapping[str, Any]:
    """The click in a line, which may begin with a time or a function's name.

    Raises:
        ValueError, KeyError, TypeError: there is none that the redirect could have written.
    """
    click: Mapping[str, Any] = json.loads(line[line.index("{") :])["click"]
    _campaign, hour = campaign_and_hour(click["partition"])
    if hour_of(ulid_time(click["click"])) != hour:
        raise ValueError("its key is from another hour")
    if click["platform"] not in PLATFORM_COUNTERS or not isinstance(click["ttl"], int):
        raise ValueError("it is not a click")
    return click
