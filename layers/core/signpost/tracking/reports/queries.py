"""What owners ask about their campaigns' clicks, between the routes and the tables."""

import heapq
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from signpost.platform.clock import Clock, rfc3339, system_clock
from signpost.platform.errors import InvalidField
from signpost.platform.ids import number_id_time, ulid, ulid_time
from signpost.tracking.counting.agents import describe
from signpost.tracking.counting.counts import TOTALS, Counts
from signpost.tracking.hours import day_of, hour_of
from signpost.tracking.reports.statistics import By, Range, Statistics, summarise

if TYPE_CHECKING:
    from signpost.tracking.counting.click_store import ClickStore
    from signpost.tracking.counting.store import CountStore

CLICK_COLUMNS = (
    "time",
    "click",
    "platform",
    "bot",
    "country",
    "referrer",
    "browser",
    "os",
    "source",
    "visitor",
    "agent",
)


def check_cursor(cursor: str | None) -> None:
    """Raises `InvalidField` when this is not the ULID of a click."""
    try:
        ulid_time(cursor or ulid(0))
    except ValueError:
        raise InvalidField("cursor: use the address in the Link header of the part before.") from None


class Reports:
    """Every method raises `Unavailable` when a table does not answer."""

    def __init__(self, counts: "CountStore", clicks: "ClickStore", buckets: int, clock: Clock = system_clock) -> None:
        self._counts, self._clicks, self._buckets, self._clock = counts, clicks, buckets, clock

    def statistics(self, campaign_id: str, chosen: Range, by: By | None) -> Statistics:
        """Add up what was counted in a range.

        Reads an item for each day, the hours that are not settled, and for a breakdown those of the first and the last
        day: a year of a busy campaign is a few hundred items in a handful of calls.
        """
        hours = chosen.hours
        first, last = hours[0], hours[-1]
        days = self._counts.days(campaign_id, day_of(first), day_of(last))
        settled_until = self._counts.total(campaign_id).settled_until or first
        open_hours = self._counts.hours(campaign_id, max(first, settled_until), last) if settled_until <= last else {}
        by_hour = {f"{day}T{hour}": counts for day, each in days.items() for hour, counts in each.hours.items()}
        by_hour |= {hour: each.counts for hour, each in open_hours.items()}
        names: Counts = Counts()
        if by and by != "platform":
            for day, each in days.items():
                if first <= f"{day}T00" and f"{day}T23" <= last:
                    names.update(each.counts)
                else:
                    part = self._counts.hours(campaign_id, max(first, f"{day}T00"), min(last, f"{day}T23"))
                    names.update(sum((hour.counts for hour in part.values() if hour.settled), Counts()))
            for hour in open_hours.values():
                names.update(Counts() if hour.settled else hour.counts)
        totals = {hour: Counts({name: counts[name] for name in TOTALS}) for hour, counts in by_hour.items()}
        return summarise(chosen, totals, {day: each.visitors for day, each in days.items()}, names, by)

    def clicks(self, campaign_id: str, chosen: Range, after: str | None) -> Iterator[dict[str, str]]:
        """Rows of `CLICK_COLUMNS`, oldest first, beginning after the click with that ULID."""
        begin = hour_of(ulid_time(after)) if after else ""
        for hour in self._hours_with_clicks(campaign_id, chosen):
            if hour < begin:
                continue
            buckets = [self._bucket(campaign_id, hour, bucket, after) for bucket in range(self._buckets)]
            for click in heapq.merge(*buckets, key=lambda each: str(each["click"])):
                yield _row(click)

    def _hours_with_clicks(self, campaign_id: str, chosen: Range) -> list[str]:
        """Settled hours are known to have clicks or not; the others have to be looked at."""
        hours = chosen.hours
        days = self._counts.days(campaign_id, day_of(hours[0]), day_of(hours[-1]))
        settled = {f"{day}T{hour}" for day, each in days.items() for hour in each.hours}
        first_open = self._counts.total(campaign_id).settled_until or hour_of(number_id_time(int(campaign_id)))
        now = hour_of(self._clock())
        return [hour for hour in hours if hour in settled or first_open <= hour <= now]

    def _bucket(self, campaign_id: str, hour: str, bucket: int, after: str | None) -> Iterator[dict[str, Any]]:
        now = self._clock()
        for page in self._clicks.pages(campaign_id, hour, bucket, after):
            # DynamoDB deletes what has expired within days, not at once.
            yield from (click for click in page if int(click["ttl"]) > now)


def _row(click: dict[str, Any]) -> dict[str, str]:
    agent = describe(click.get("agent", ""))
    return {
        "time": rfc3339(ulid_time(click["click"])),
        "bot": "yes" if click.get("bot") or agent.bot else "no",
        "browser": agent.browser,
        "os": agent.os,
        **{
            name: str(click.get(name, ""))
            for name in ("click", "platform", "country", "referrer", "source", "visitor", "agent")
        },
    }
