"""Recounts finished hours from the clicks themselves and settles them, which corrects every mistake of the live counts.

An hour is settled in one transaction, and only if neither it nor the campaign's total has changed since they were read.
So a crash before it means a repetition, and a crash after it does no harm. A later click has its hour counted again in
the same way.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from signpost.platform.clock import Clock, system_clock, time_left
from signpost.platform.errors import Conflict, SignpostError, Unavailable
from signpost.platform.ids import number_id_time, ulid
from signpost.tracking.clicks import ClickLayout
from signpost.tracking.counting.counts import (
    BOT,
    EMPTY_HOUR,
    TOTALS,
    Counts,
    Day,
    Hour,
    RecountProgress,
    RecountRequest,
    Total,
    bounded,
    counters,
)
from signpost.tracking.hours import DAY, HOUR, SETTLE_AFTER, day_of, hour_of, hours_between, start_of

if TYPE_CHECKING:
    from signpost.tracking.counting.click_store import ClickStore
    from signpost.tracking.counting.store import CountStore

_ATTEMPTS = 3
_VISITOR_DIGITS = 16
_VISITORS_IN_ITEM = 30_000  # of 8 bytes: well under an item's 400 KB


class OutOfTime(Exception):
    """What is done is kept, and the next run continues there."""


class SettlementResult(NamedTuple):
    hours: int  # settled
    failures: list[tuple[str, SignpostError]]  # campaigns left to the next run


class Tally(NamedTuple):
    """What an hour has so far; `visitors` are those that are not stored yet."""

    counts: Counts
    visitors: set[int]


class Settlement(NamedTuple):
    """Settles hours while `may_go_on` returns True.

    Its methods raise `OutOfTime` when that returns False, and `Conflict` when another run works on the same campaign.
    """

    clicks: "ClickStore"
    counts: "CountStore"
    layout: ClickLayout
    on_unreadable: Callable[..., object]  # called with the `partition` and `click` of a click that cannot be counted
    clock: Clock = system_clock
    may_go_on: Callable[[], bool] = lambda: True
    visitors_in_item: int = _VISITORS_IN_ITEM

    def within(self, seconds: float) -> "Settlement":
        """The same, but it stops after this time."""
        return self._replace(may_go_on=time_left(seconds))

    def settle_all(self, campaigns: Iterable[list[str]]) -> SettlementResult:
        """Settle pages of campaigns and refresh what lists show of them. One that fails does not stop the others.

        Raises:
            OutOfTime: there is more to do.
        """
        failures: list[tuple[str, SignpostError]] = []
        hours = 0
        for request in self.counts.recount_requests():
            try:
                hours += self.settle_late(request)
            except (Conflict, Unavailable) as error:
                failures.append((request.campaign_id, error))
        for page in campaigns:
            shown = self.counts.listed(page)
            for campaign_id in page:
                try:
                    hours += self._settle_despite_conflicts(campaign_id)
                    current = self.counts.current(campaign_id)
                    if current != shown.get(campaign_id):
                        self.counts.set_listed(campaign_id, current)
                except (Conflict, Unavailable) as error:
                    failures.append((campaign_id, error))
        return SettlementResult(hours, failures)

    def settle_campaign(self, campaign_id: str) -> int:
        """Settle every hour that has been over long enough; returns how many hours had clicks."""
        total = self.counts.total(campaign_id)
        until = hour_of(self.clock() - SETTLE_AFTER)
        first = total.settled_until or hour_of(number_id_time(int(campaign_id)))
        open_hours = self.counts.hours(campaign_id, first, until)
        progress = self.counts.progress(campaign_id)
        settled = 0
        for hour in hours_between(first, until):
            was = open_hours.get(hour, EMPTY_HOUR)
            counts = self._recount(campaign_id, hour, was, progress)
            if counts or was.revision:
                total = self._settle(campaign_id, hour, counts, was, total)
                settled += 1
        if until > (total.settled_until or first):
            self.counts.skip_to(campaign_id, total, until)
        return settled

    def settle_late(self, request: RecountRequest) -> int:
        """Recount an hour that got a click after it was settled; returns how many hours that were, 0 or 1."""
        campaign_id, hour = request.campaign_id, request.hour
        expired = not self._still_has_clicks(hour)
        if not expired:
            total = self.counts.total(campaign_id)
            if total.settled_until is None or hour >= total.settled_until:
                return 0  # a run that is settling it now may have missed the click: try again next time
            was = self.counts.hour(campaign_id, hour)
            counts = self._recount(campaign_id, hour, was, self.counts.progress(campaign_id), request.token)
            self._settle(campaign_id, hour, counts, was, total)
        self.counts.recount_done(request)
        return 0 if expired else 1

    def _settle_despite_conflicts(self, campaign_id: str) -> int:
        for _ in range(_ATTEMPTS - 1):
            with suppress(Conflict):  # a click came in, or another run settled the hour: read everything again
                return self.settle_campaign(campaign_id)
        return self.settle_campaign(campaign_id)

    def _still_has_clicks(self, hour: str) -> bool:
        """Whether none of the hour's clicks can have expired. A recount would lose them."""
        return start_of(hour) + (self.layout.retention_days - 1) * DAY > self.clock()

    def _recount(
        self, campaign_id: str, hour: str, was: Hour, progress: RecountProgress | None, token: str = ""
    ) -> Counts:
        if not self._still_has_clicks(hour):
            return was.counts  # not settled for months: the live counts are the best there are
        tally, first_bucket, after = Tally(Counts(), set()), 0, None
        # A click that came in since may belong to what is counted; the hour's revision, or the request, is new then.
        if progress and (progress.hour, progress.revision, progress.token) == (hour, was.revision, token):
            tally, first_bucket, after = Tally(progress.counts, set()), progress.bucket, progress.last_click
        for bucket in range(first_bucket, self.layout.buckets):
            for page in self.clicks.pages(campaign_id, hour, bucket, after):
                for click in page:
                    self._count(click, tally)
                if len(tally.visitors) >= self.visitors_in_item:
                    self._keep_visitors(campaign_id, hour, tally)
                if page and not self.may_go_on():
                    self._keep_visitors(campaign_id, hour, tally)
                    reached = RecountProgress(
                        hour=hour,
                        revision=was.revision,
                        token=token,
                        bucket=bucket,
                        last_click=page[-1]["click"],
                        counts=bounded(tally.counts),
                    )
                    self.counts.save_progress(campaign_id, reached)
                    raise OutOfTime
            after = None
        if not self.may_go_on():
            raise OutOfTime
        self._keep_visitors(campaign_id, hour, tally)
        return bounded(tally.counts)

    def _keep_visitors(self, campaign_id: str, hour: str, tally: Tally) -> None:
        if tally.visitors:
            ttl = start_of(hour) + self.layout.retention_days * DAY
            self.counts.add_visitors(campaign_id, hour, ulid(self.clock()), tally.visitors, ttl)
            tally.visitors.clear()

    def _count(self, click: Mapping[str, Any], tally: Tally) -> None:
        try:
            added, visitor = counters(click), int(click.get("visitor", "0")[:_VISITOR_DIGITS], 16)
        except (KeyError, ValueError, TypeError):
            self.on_unreadable(partition=click["partition"], click=click["click"])
            return
        tally.counts.update(added)
        if "visitor" in click and added != (BOT,):
            tally.visitors.add(visitor)

    def _settle(self, campaign_id: str, hour: str, counts: Counts, was: Hour, total: Total) -> Total:
        before = was.counts if was.settled else Counts()
        sums = Counts({name: total.counts[name] + counts[name] - before[name] for name in TOTALS})
        next_hour = hour_of(start_of(hour) + HOUR)
        new_total = Total(+sums, max(total.settled_until or "", next_hour), total.revision + 1)
        day = self._day(campaign_id, hour, counts)
        self.counts.settle(campaign_id, hour, counts, was=was, total=total, new_total=new_total, day=day)
        return new_total

    def _day(self, campaign_id: str, hour: str, counts: Counts) -> Day:
        """The hour's day, including these counts."""
        day = day_of(hour)
        others = self.counts.hours(campaign_id, f"{day}T00", f"{day}T23")
        hours = {name: other.counts for name, other in others.items() if other.settled} | {hour: counts}
        totals = {
            name[-2:]: Counts({total: each[total] for total in TOTALS if each[total]}) for name, each in hours.items()
        }
        return Day(bounded(sum(hours.values(), Counts())), self.counts.visitors(campaign_id, day), totals)
