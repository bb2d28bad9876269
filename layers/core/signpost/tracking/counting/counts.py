"""Counting clicks: which counters a click adds to, and how many names a breakdown may have.

Counts map counters to numbers. Five of them are totals: people's clicks by platform, and bots' clicks. The others break
people's clicks down: `country:DE`, `referrer:instagram.com`, `browser:Chrome Mobile`, `os:Android`,
`source:newsletter`. The counters of one breakdown always add up to people's clicks.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from signpost.tracking.counting.agents import UNKNOWN, describe
from signpost.tracking.counting.visitors import VisitorCount

BOT = "bot"
PLATFORM_COUNTERS = {"Android": "android", "IPhone": "iphone", "WindowsPhone": "windowsphone", "other": "other"}
HUMAN_COUNTERS = tuple(PLATFORM_COUNTERS.values())
TOTALS = (*HUMAN_COUNTERS, BOT)
VISITORS = "visitors"  # of a UTC day: known only once its hours are settled
BREAKDOWNS = ("country", "referrer", "browser", "os", "source")

NONE = "none"  # a click that came without a referrer or a source
REST = "(other)"
# Anybody can make up names, so each breakdown of a period keeps this many and adds up the others.
# That keeps an item far below DynamoDB's 400 KB.
MAX_NAMES = 100

Counts = Counter[str]


class Quarter(NamedTuple):
    """15 minutes of one campaign; the revision is 0 when there is no item yet."""

    counts: Counts
    marks: Mapping[str, str]  # shard id: highest sequence number added from it
    settled: bool
    revision: int


Quarters = Mapping[str, Quarter]  # by name, such as 2026-11-21T07:15; only those with an item


class Total(NamedTuple):
    counts: Counts
    settled_until: str | None  # hour
    revision: int


class Day(NamedTuple):
    """One day's settled hours: their sum, the number of different visitors, and each quarter's five totals."""

    counts: Counts
    visitors: VisitorCount
    quarters: Mapping[str, Counts]  # by time of day, "00:00" to "23:45"


class ClickHistory(NamedTuple):
    """A campaign's clicks: the five totals of each quarter that has any, and the visitors of each settled UTC day."""

    quarters: Mapping[str, Counts]  # by their names, such as 2026-11-21T07:15
    visitors: Mapping[str, VisitorCount]  # of days with clicks


class RecountProgress(NamedTuple):
    """A recount that stopped halfway: `counts`, by quarter, go up to `last_click` of `bucket`."""

    hour: str
    revision: int  # of the hour
    token: str  # of the request for a recount; empty when the hour is settled for the first time
    bucket: int
    last_click: str
    counts: Mapping[str, Counts]


class RecountRequest(NamedTuple):
    campaign_id: str
    hour: str
    token: str
    period: str  # its key: a campaign and an hour, if it is valid


EMPTY_QUARTER = Quarter(Counts(), {}, settled=False, revision=0)


def revision(quarters: Quarters) -> int:
    """Different after each change of any of these quarters, whose own revisions only rise."""
    return sum(each.revision for each in quarters.values())


def counters(click: Mapping[str, Any]) -> tuple[str, ...]:
    """The counters that one stored click adds 1 to.

    Raises:
        KeyError: the click has no platform, or an unknown one.
    """
    agent = describe(click.get("agent", ""))
    if click.get("bot") or agent.bot:
        return (BOT,)
    return (
        PLATFORM_COUNTERS[click["platform"]],
        f"country:{click.get('country', UNKNOWN)}",
        f"referrer:{referring_host(click.get('referrer', ''))}",
        f"browser:{agent.browser}",
        f"os:{agent.os}",
        f"source:{click.get('source', NONE)}",
    )


@lru_cache(maxsize=4096)
def referring_host(referrer: str) -> str:
    """The page's host in lower case; scheme and name of an app's address, such as `android-app://com.x`."""
    if not referrer:
        return NONE
    try:
        parts = urlsplit(referrer)
        host = parts.hostname or UNKNOWN
    except ValueError:
        return UNKNOWN
    if not parts.scheme:
        return UNKNOWN
    return host if parts.scheme in ("http", "https") else f"{parts.scheme}://{host}"


def people(counts: Mapping[str, int]) -> int:
    """All clicks except those of bots."""
    return sum(counts.get(name, 0) for name in HUMAN_COUNTERS)


def breakdown(counter: str) -> str:
    """What a counter breaks down: `country` for `country:DE`; empty for the five totals."""
    name, colon, _ = counter.partition(":")
    return name if colon else ""


def bounded(counts: Mapping[str, int], keep: Iterable[str] = (), most: int = MAX_NAMES) -> Counts:
    """At most `most` names in each breakdown, and the others added up as `(other)`.

    Names in `keep` stay, because they already have counts; of the others, the largest stay.
    """
    kept = set(keep)
    room = Counter(dict.fromkeys(BREAKDOWNS, most))
    for counter in kept:
        room[breakdown(counter)] -= 1
    result: Counts = Counter()
    for counter, number in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        name = breakdown(counter)
        if name and counter not in kept:
            if room[name] <= 0:
                counter = f"{name}:{REST}"  # noqa: PLW2901  (counted under this name instead)
            else:
                room[name] -= 1
        result[counter] += number
    return result
