"""Reports on campaigns, between routes and tables."""

import heapq
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from signpost.platform import csv_text
from signpost.platform.clock import Clock, rfc3339, system_clock
from signpost.platform.errors import InvalidField
from signpost.platform.ids import number_id_time, ulid, ulid_time
from signpost.tracking.campaigns.links import link
from signpost.tracking.counting import stored
from signpost.tracking.counting.agents import describe
from signpost.tracking.counting.counts import TOTALS, Counts, Day, Quarters
from signpost.tracking.hours import day_of, hour_of, hour_of_quarter
from signpost.tracking.reports.qr_codes import qr_code
from signpost.tracking.reports.statistics import By, Interval, Range, Visited, parse_range, summarise
from signpost.tracking.reports.views import Share, StatisticsView

if TYPE_CHECKING:
    from signpost.platform.downloads import Download, Finished
    from signpost.tracking.campaigns.store import CampaignStore
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
_AS_STORED = ("click", "platform", "country", "referrer", "source", "visitor", "agent")


class Export(NamedTuple):
    """Clicks as CSV; `rest` is the query for the remaining ones, if any."""

    name: str
    file: "Finished"
    rest: dict[str, str] | None


class _Read(NamedTuple):
    """What was read for a range: totals by quarter, visitors by UTC day, the counters of its breakdowns."""

    totals: Mapping[str, Counts]
    visited: Visited
    names: Counts


class Reports(NamedTuple):
    """Every method raises `NotFound` when there is no such campaign, and `Unavailable` when a service is down."""

    campaigns: "CampaignStore"
    counts: "CountStore"
    clicks: "ClickStore"
    buckets: int
    open_download: Callable[[str, str], "Download"]  # of an S3 key and a file name
    clock: Clock = system_clock
    timer: Clock = time.monotonic
    export_seconds: float = 20.0  # API Gateway waits for 30

    def statistics(
        self, campaign_id: str, first: str | None, last: str | None, *, interval: Interval, zone: str, by: By | None
    ) -> StatisticsView:
        """Add up the counts of a range.

        Reads an item for each day, the quarters that are not settled, and for a breakdown those of the first and last
        days. A year of a busy campaign is a few hundred items in a handful of calls.

        Raises:
            InvalidField: the range is not valid.
        """
        campaign = self.campaigns.find(campaign_id)
        chosen = parse_range(first, last, interval, zone, self.clock())
        read = self._read(campaign_id, chosen, with_names=bool(by) and by != "platform")
        return StatisticsView.of(campaign.id, summarise(chosen, read.totals, read.visited, read.names, by), by)

    def breakdowns(
        self, campaign_id: str, first: str, last: str, *, interval: Interval, zone: str
    ) -> tuple[StatisticsView, dict[By, list[Share]]]:
        """The statistics of a range, and all its breakdowns, read once. Raises what `statistics` does."""
        campaign = self.campaigns.find(campaign_id)
        chosen = parse_range(first, last, interval, zone, self.clock())
        read = self._read(campaign_id, chosen, with_names=True)
        views = {
            by: StatisticsView.of(campaign.id, summarise(chosen, read.totals, read.visited, read.names, by), by)
            for by in get_args(By)
        }
        return views["platform"], {by: view.breakdown or [] for by, view in views.items()}

    def export(self, campaign_id: str, first: str | None, last: str | None, *, zone: str, cursor: str | None) -> Export:
        """A range's clicks after `cursor`, a click's ULID, as many as time permits.

        Raises:
            InvalidField: the range is not valid, or the cursor was not made here.
        """
        self.campaigns.find(campaign_id)
        chosen = parse_range(first, last, "day", zone, self.clock())
        _check_cursor(cursor)
        end = self.timer() + self.export_seconds
        name = f"clicks-{campaign_id}.csv"
        download = self.open_download(f"clicks/{ulid(self.clock())}/{name}", name)
        download.write(csv_text.lines([CLICK_COLUMNS]))
        for row in self._rows(campaign_id, chosen, cursor):
            download.write(csv_text.lines([[row[column] for column in CLICK_COLUMNS]]))
            if self.timer() >= end:
                return Export(name, download.finish(), chosen.query | {"cursor": row["click"]})
        return Export(name, download.finish(), None)

    def qr_code(self, campaign_id: str, base_url: str, source: str | None) -> str:
        """The campaign's tracking link as an SVG.

        Raises:
            InvalidField: the source is too long.
        """
        campaign = self.campaigns.find(campaign_id)
        return qr_code(link(base_url, campaign, source))

    def _read(self, campaign_id: str, chosen: Range, *, with_names: bool) -> "_Read":
        # In this order, an hour that is settled meanwhile is found in its day, or among the open quarters, or in both.
        settled_until = self._settled_until(campaign_id)
        days = self.counts.days(campaign_id, *chosen.days)
        open_quarters = self._open_quarters(campaign_id, chosen, settled_until)
        counts = {f"{day}T{time}": counts for day, each in days.items() for time, counts in each.quarters.items()}
        counts |= {
            name: Counts({total: each.counts[total] for total in TOTALS}) for name, each in open_quarters.items()
        }
        return _Read(
            totals=counts,
            visited=Visited({day: each.visitors for day, each in days.items()}, day_of(settled_until)),
            names=self._names(campaign_id, chosen, days, open_quarters) if with_names else Counts(),
        )

    def _settled_until(self, campaign_id: str) -> str:
        """The first hour that is not settled; there were no clicks before the campaign was made."""
        return self.counts.total(campaign_id).settled_until or hour_of(number_id_time(int(campaign_id)))

    def _open_quarters(self, campaign_id: str, chosen: Range, settled_until: str) -> Quarters:
        """The range's quarters that were not settled when the total was read."""
        first, last = max(hour_of_quarter(chosen.first_quarter), settled_until), hour_of_quarter(chosen.last_quarter)
        return self.counts.quarters(campaign_id, first, last) if first <= last else {}

    def _names(self, campaign_id: str, chosen: Range, days: Mapping[str, Day], open_quarters: Quarters) -> Counts:
        """The range's breakdowns. If a day is only partly in the range, its quarters are added up."""
        names, in_days = Counts(), {f"{day}T{time}" for day, each in days.items() for time in each.quarters}
        for day, each in days.items():
            if chosen.first_quarter <= f"{day}T00:00" and f"{day}T23:45" <= chosen.last_quarter:
                names.update(each.counts)
            else:
                quarters = self.counts.quarters(campaign_id, day, day)
                names.update(_sum(chosen, {name: each for name, each in quarters.items() if name in in_days}))
        return names + _sum(chosen, {name: each for name, each in open_quarters.items() if name not in in_days})

    def _rows(self, campaign_id: str, chosen: Range, after: str | None) -> Iterator[dict[str, str]]:
        """Rows of `CLICK_COLUMNS`, oldest first, after the click with the ULID `after`."""
        begin = hour_of(ulid_time(after)) if after else ""
        for hour in self._hours_with_clicks(campaign_id, chosen):
            if hour >= begin:
                buckets = [self._bucket(campaign_id, hour, bucket, after, chosen) for bucket in range(self.buckets)]
                yield from map(_row, heapq.merge(*buckets, key=lambda click: str(click["click"])))

    def _hours_with_clicks(self, campaign_id: str, chosen: Range) -> list[str]:
        """Settled hours with clicks, and all hours that are not settled: they may have some."""
        days = self.counts.days(campaign_id, *chosen.days)
        settled = {hour_of_quarter(f"{day}T{time}") for day, each in days.items() for time in each.quarters}
        first_open = self._settled_until(campaign_id)
        now = hour_of(self.clock())
        return [hour for hour in chosen.hours if hour in settled or first_open <= hour <= now]

    def _bucket(
        self, campaign_id: str, hour: str, bucket: int, after: str | None, chosen: Range
    ) -> Iterator[dict[str, Any]]:
        now = self.clock()
        for page in self.clicks.pages(campaign_id, hour, bucket, after):
            # DynamoDB deletes expired items within days, not immediately.
            yield from (click for click in page if click.get("ttl", 0) > now and _is_in(chosen, click))


def _is_in(chosen: Range, item: Mapping[str, Any]) -> bool:
    try:
        return chosen.holds(stored.read(item).time)
    except stored.NotAClick:
        return False


def _sum(chosen: Range, quarters: Quarters) -> Counts:
    """Those in the range."""
    in_range = (each.counts for name, each in quarters.items() if chosen.first_quarter <= name <= chosen.last_quarter)
    return sum(in_range, Counts())


def _check_cursor(cursor: str | None) -> None:
    try:
        if cursor:
            ulid_time(cursor)
    except ValueError:
        raise InvalidField("cursor: use the address in the previous part's Link header.") from None


def _row(click: Mapping[str, Any]) -> dict[str, str]:
    agent = describe(click.get("agent", ""))
    return {
        "time": rfc3339(ulid_time(click["click"])),
        "bot": "yes" if click.get("bot") or agent.bot else "no",
        "browser": agent.browser,
        "os": agent.os,
        **{name: str(click.get(name, "")) for name in _AS_STORED},
    }
