"""Stores clicks that the redirect could not store and wrote to its log instead.

A click keeps the key that it got when it happened, so replaying it twice, or although it had been stored after all,
changes nothing. Its hour is counted again through the stream, and also by request, in case the stream fails.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from signpost.platform.clock import Clock, system_clock
from signpost.platform.ids import ulid
from signpost.tracking.counting import stored
from signpost.tracking.hours import DAY, HOUR

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
        """Store the clicks in a log, whatever else it contains."""
        result, hours = Counter[str](), set[tuple[str, str]]()
        for line in lines:
            if not _SPILLED.search(line):
                continue
            try:
                click = read(line)
            except stored.NotAClick:
                result["unreadable"] += 1
                continue
            # Too old for a recount: see settlement/recount.py.
            if click["ttl"] - DAY - HOUR <= self.clock():
                result["expired"] += 1
                continue
            self.clicks.put(click)
            found = stored.read(click)
            hours.add((found.campaign_id, found.hour))
            result["restored"] += 1
        for campaign_id, hour in sorted(hours):
            self.counts.ask_recount(campaign_id, hour, ulid(self.clock()))
        return Replayed(**result)


def read(line: str) -> Mapping[str, Any]:
    """The click in a line, which may begin with a time or a function's name.

    Raises:
        NotAClick: there is none that the redirect could have written.
    """
    try:
        click: Mapping[str, Any] = json.loads(line[line.index("{") :])["click"]
        time_to_live, kinds = click["ttl"], {type(value) for value in click.values()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise stored.NotAClick("there is none") from error
    if type(time_to_live) is not int or not kinds <= {str, int, bool}:
        raise stored.NotAClick("it has attributes that clicks do not have")
    stored.read(click)
    return click
