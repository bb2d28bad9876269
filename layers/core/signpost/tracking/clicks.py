"""A click as it is stored: its key, its attributes, and what is left out when the browser asks not to be tracked.

    partition  <campaign id>#<UTC hour>#<bucket>   the random bucket keeps a viral campaign off one hot partition
    click      ULID, made once per request: writing it again, for whatever reason, changes nothing
    platform   Android | IPhone | WindowsPhone | other
    agent      the User-Agent; like referrer, country and source a string that is absent when not known
    visitor    16 hexadecimal digits: the same for one address and User-Agent within a day, meaningless after it
    bot        true when it was known to be one without a look at the User-Agent
    ttl        seconds since 1970 at which DynamoDB may delete it

The whole item stays under 1 KB, which is one write unit.
"""

import hmac
import os
from collections.abc import Mapping
from typing import NamedTuple

from signpost.platform.ids import ulid
from signpost.tracking.hours import DAY, hour_of

_AGENT_BYTES = 384
_REFERRER_BYTES = 256
_SOURCE_BYTES = 64
_COUNTRY_LETTERS = 2

# Only for what cannot wait for the roll-up, which compares the User-Agent with the full list.
_AUTOMATED = ("bot", "crawl", "spider", "preview", "externalhit", "http", "fetch", "monitor", "scan")


class Click(NamedTuple):
    """What the request says, before anything is cut or left out."""

    platform: str
    agent: str = ""
    referrer: str = ""
    country: str = ""
    source: str = ""
    prefetch: bool = False
    private: bool = False
    limited: bool = False  # of a campaign with `max_clicks`
    visitor: str = ""


class ClickLayout(NamedTuple):
    """Where clicks go: how many buckets an hour has, and for how many days they are kept."""

    buckets: int
    retention_days: int


Item = dict[str, str | int | bool]


def item(campaign_id: str, click: Click, now: float, layout: ClickLayout) -> Item:
    """The item to store for a click at `now`."""
    key = ulid(now)
    stored: Item = {
        "partition": partition(campaign_id, hour_of(now), os.urandom(1)[0] % layout.buckets),
        "click": key,
        "platform": click.platform,
        "ttl": int(now) + layout.retention_days * DAY,
    }
    if click.source:
        stored["source"] = _cut(click.source, _SOURCE_BYTES)
    # A private click's User-Agent is not kept for later, and a bot must not use up a limit that is for people.
    bot = click.prefetch or ((click.private or click.limited) and looks_automated(click.agent))
    if not click.private:
        if click.agent:
            stored["agent"] = _cut(click.agent, _AGENT_BYTES)
        if click.referrer:
            # Queries of the referring page may hold anything, and nobody asked for them.
            stored["referrer"] = _cut(click.referrer.partition("?")[0].partition("#")[0], _REFERRER_BYTES)
        if len(click.country) == _COUNTRY_LETTERS and click.country.isascii() and click.country.isalpha():
            stored["country"] = click.country.upper()
        if click.visitor:
            stored["visitor"] = click.visitor
    if bot:
        stored["bot"] = True
    return stored


def partition(campaign_id: str, hour: str, bucket: int) -> str:
    return f"{campaign_id}#{hour}#{bucket}"


def campaign_and_hour(partition_key: str) -> tuple[str, str]:
    """The inverse of `partition`, without the bucket.

    Raises:
        ValueError: it is not the partition of a click.
    """
    campaign_id, hour, _bucket = partition_key.split("#")
    return campaign_id, hour


def looks_automated(agent: str) -> bool:
    """A quick guess from the User-Agent alone."""
    text = agent.lower()
    return not text.startswith("mozilla/") or any(word in text for word in _AUTOMATED)


def from_headers(platform: str, headers: Mapping[str, str], source: str) -> Click:
    """A click from an HTTP API's request headers, whose names are in lower case."""
    get = headers.get
    purpose = get("sec-purpose", "") or get("purpose", "")
    return Click(
        platform=platform,
        agent=get("user-agent", ""),
        referrer=get("referer", ""),
        country=get("cloudfront-viewer-country", ""),
        source=source,
        prefetch="prefetch" in purpose,
        private=get("dnt") == "1" or get("sec-gpc") == "1",
    )


def _cut(text: str, size: int) -> str:
    raw = text.encode(errors="replace")
    return text if len(raw) <= size and text.isascii() else raw[:size].decode(errors="ignore")


def visitor(key: bytes, address: str, agent: str) -> str:
    """A pseudonym for one address and User-Agent; addresses themselves are never stored."""
    return hmac.digest(key, f"{address}\n{agent}".encode(errors="replace"), "sha256")[:8].hex()
