"""A click as it is stored: its key, its attributes, and what is left out when the browser asks not to be tracked.

    partition  <campaign id>#<UTC hour>#<bucket>   random buckets save a viral campaign from one hot partition
    click      ULID, made once per request: writing the click again changes nothing
    platform   Android | IPhone | WindowsPhone | other
    agent      the User-Agent; like referrer, country and source a string, absent when unknown
    visitor    16 hexadecimal digits: the same for one address and User-Agent within a day, meaningless after it
    bot        true if the redirect already knew that it was one; otherwise its agent decides (see bots.py)
    limit      the campaign's limit that the click was taken from, if any
    ttl        seconds since 1970, when DynamoDB may delete it

The whole item stays under 1 KB, which is one write unit.
"""

import hmac
import os
from collections.abc import Mapping
from typing import NamedTuple

from signpost.platform.ids import is_number_id, ulid
from signpost.tracking.hours import DAY, hour_of, is_hour

_AGENT_BYTES = 384
_REFERRER_BYTES = 256
SOURCE_BYTES = 64
_COUNTRY_LETTERS = 2


class Click(NamedTuple):
    """What the request says, before anything is shortened or left out."""

    platform: str
    agent: str = ""
    referrer: str = ""
    country: str = ""
    source: str = ""
    bot: bool = False  # known to be one, or a prefetch
    private: bool = False
    visitor: str = ""


class ClickLayout(NamedTuple):
    """How many buckets an hour has, and for how many days clicks are kept."""

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
        stored["source"] = _cut(click.source, SOURCE_BYTES)
    if not click.private:
        if click.agent:
            stored["agent"] = _cut(click.agent, _AGENT_BYTES)
        if click.referrer:
            # The query of the referring page may contain anything, and is not needed.
            stored["referrer"] = _cut(click.referrer.partition("?")[0].partition("#")[0], _REFERRER_BYTES)
        if len(click.country) == _COUNTRY_LETTERS and click.country.isascii() and click.country.isalpha():
            stored["country"] = click.country.upper()
        if click.visitor:
            stored["visitor"] = click.visitor
    if click.bot:
        stored["bot"] = True
    return stored


def partition(campaign_id: str, hour: str, bucket: int | str) -> str:
    return f"{campaign_id}#{hour}#{bucket}"


def campaign_and_hour(partition_key: str) -> tuple[str, str]:
    """The inverse of `partition`, without the bucket.

    Raises:
        ValueError: it is not the partition of a click.
    """
    campaign_id, hour, bucket = partition_key.split("#")
    if not (is_number_id(campaign_id) and is_hour(hour) and bucket.isdecimal()):
        raise ValueError("a partition is a campaign's id, an hour and a bucket")
    return campaign_id, hour


def from_headers(platform: str, headers: Mapping[str, str], source: str, country: str = "") -> Click:
    """A click from request headers with lower-case names."""
    get = headers.get
    agent = get("user-agent", "")
    purpose = get("sec-purpose", "") or get("purpose", "")
    return Click(
        platform=platform,
        agent=agent,
        referrer=get("referer", ""),
        country=country,
        source=source,
        bot=not agent or "prefetch" in purpose,
        private=get("dnt") == "1" or get("sec-gpc") == "1",
    )


def _cut(text: str, size: int) -> str:
    raw = text.encode(errors="replace")
    return text if len(raw) <= size and text.isascii() else raw[:size].decode(errors="ignore")


def visitor(key: bytes, address: str, agent: str) -> str:
    """A pseudonym for an address and User-Agent. The address itself is never stored."""
    return hmac.digest(key, f"{address}\n{agent}".encode(errors="replace"), "sha256")[:8].hex()
