"""Recounts finished hours from the clicks themselves and settles them, which corrects every mistake of the live counts.

An hour is settled in one transaction, and only if neither it nor the campaign's total has changed since they were read.
So after a crash before it, the work is repeated, and a crash after it does no harm. A later click causes its hour to be
counted again in the same way.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from signpost.platform.clock import Clock, system_clock, time_left
from signpost.platform.errors import Conflict
from signpost.platform.ids import is_number_id, number_id_time
from signpost.tracking.clicks import ClickLayout
from signpost.tracking.counting import stored
from signpost.tracking.counting.counts import (
    TOTALS,
    Counts,
    Day,
    Quarter,
    Quarters,
    RecountProgress,
    RecountRequest,
    Total,
    bounded,
    revision,
)
from signpost.tracking.counting.visitors import MOST, Visitors
from signpost.tracking.hours import (
    DAY,
    HOUR,
    SETTLE_AFTER,
    day_of,
    hour_of,
    hour_of_quarter,
    hours_between,
    is_hour,
    start_of,
)

if TYPE_CHECKING:
    from signpost.tracking.counting.click_store import ClickStore
    from signpost.tracking.counting.store import CountStore

_ATTEMPTS = 3
# Anybody can make up names, and an hour may have millions of them: a recount keeps this many of each breakdown.
_NAMES_IN_MEMORY = 5_000


class OutOfTime(Exception):
    """Finished work is kept, and the next run continues from there."""


class SettlementResult(NamedTuple):
    hours: int  # settled
    failures: list[tuple[str, Exception]]  # campaigns left to the next run


class Tally(NamedTuple):
    """An hour's counts so far, by quarter; `visitors` are those that are not stored yet."""

    counts: dict[str, Counts]
    visitors: Visitors

    def add(self, click: stored.StoredClick) -> None:
        counts = self.counts.setdefault(click.quarter, Counts())
        counts.update(click.counters)
        if len(counts) > 2 * _NAMES_IN_MEMORY:
            self.counts[click.quarter] = bounded(counts, most=_NAMES_IN_MEMORY // 5)
        if click.visitor is not None:
            self.visitors.add(click.visitor)

    def bounded(self) -> dict[str, Counts]:
        return {quarter: bounded(counts) for quarter, counts in self.counts.items()}


class Settlement(NamedTuple):
    """Settles hours while `may_go_on` returns True.

    Its methods raise `OutOfTime` when that returns False, and `Conflict` when another run works on the same campaign.
    """

    clicks: "ClickStore"
    counts: "CountStore"
    layout: ClickLayout
    on_unreadable: Callable[..., object]  # called with the key of an item that is not a click or a request
    clock: Clock = system_clock
    may_go_on: Callable[[], bool] = lambda: True
    most_visitors: int = MOST  # of a day; more are estimated

    def within(self, seconds: float) -> "Settlement":
        """The same, but it stops after this time."""
        return self._replace(may_go_on=time_left(seconds))

    def settle_all(self, campaigns: Iterable[list[str]]) -> SettlementResult:
        """Settle pages of campaigns. One campaign's error does not stop the others.

        Raises:
            OutOfTime: there is more to do.
        """
        failures: list[tuple[str, Exception]] = []
        hours = 0

        def attempt(campaign_id: str, settle: Callable[[], int]) -> int:
            try:
                return settle()
            except OutOfTime:
                raise
            except Exception as error:  # noqa: BLE001  (the caller reports it)
                failures.append((campaign_id, error))
                return 0

        for request in self.counts.recount_requests():
            hours += attempt(request.campaign_id, partial(self.settle_late, request))
        for page in campaigns:
            for campaign_id in page:
                hours += attempt(campaign_id, partial(self._settle_despite_conflicts, campaign_id))
        return SettlementResult(hours, failures)

    def settle_campaign(self, campaign_id: str) -> int:
        """Settle every hour that ended long enough ago; returns how many hours had clicks."""
        total = self.counts.total(campaign_id)
        until = hour_of(self.clock() - SETTLE_AFTER)
        first = total.settled_until or hour_of(number_id_time(int(campaign_id)))
        open_hours: defaultdict[str, dict[str, Quarter]] = defaultdict(dict)
        for name, quarter in self.counts.quarters(campaign_id, first, until).items():
            open_hours[hour_of_quarter(name)][name] = quarter
        progress = self.counts.progress(campaign_id)
        settled = 0
        for hour in hours_between(first, until):
            was = open_hours[hour]
            counts = self._recount(campaign_id, hour, was, progress)
            if counts or was:
                total = self._settle(campaign_id, hour, counts, was, total)
                settled += 1
        if until > (total.settled_until or first):
            self.counts.skip_to(campaign_id, total, until)
        return settled

    def settle_late(self, request: RecountRequest) -> int:
        """Recount an hour that got a click after it was settled; returns the number of recounted hours, 0 or 1."""
        campaign_id, hour = request.campaign_id, request.hour
        if not (is_number_id(campaign_id) and is_hour(hour) and start_of(hour) <= self.clock()):
            self.on_unreadable(campaign="recount", period=request.period)
            self.counts.recount_done(request)
            return 0
        expired = not self._still_has_clicks(hour)
        if not expired:
            total = self.counts.total(campaign_id)
            if total.settled_until is None or hour >= total.settled_until:
                return 0  # a run that is settling it now may have missed the click: try again next time
            was = self.counts.quarters(campaign_id, hour, hour)
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
        self, campaign_id: str, hour: str, was: Quarters, progress: RecountProgress | None, token: str = ""
    ) -> dict[str, Counts]:
        """The hour's counts by quarter, for those with clicks or, if these have expired, with live counts."""
        if not self._still_has_clicks(hour):
            # Not settled for months: the live counts are the best that is left.
            return {name: quarter.counts for name, quarter in was.items()}
        tally = Tally({}, Visitors(most=self.most_visitors))
        first_bucket, after = 0, None
        # If a click came in since that belongs to what was counted, the hour's revision or the request has changed.
        if progress and (progress.hour, progress.revision, progress.token) == (hour, revision(was), token):
            tally = tally._replace(counts=dict(progress.counts))
            first_bucket, after = progress.bucket, progress.last_click
        for bucket in range(first_bucket, self.layout.buckets):
            for page in self.clicks.pages(campaign_id, hour, bucket, after):
                for click in page:
                    self._count(click, tally)
                if page and not self.may_go_on():
                    self._keep_visitors(campaign_id, hour, tally.visitors)
                    reached = RecountProgress(
                        hour=hour,
                        revision=revision(was),
                        token=token,
                        bucket=bucket,
                        last_click=page[-1]["click"],
                        counts=tally.bounded(),
                    )
                    self.counts.save_progress(campaign_id, reached)
                    raise OutOfTime
            after = None
        if not self.may_go_on():
            raise OutOfTime
        self._keep_visitors(campaign_id, hour, tally.visitors)
        return tally.bounded()

    def _keep_visitors(self, campaign_id: str, hour: str, found: Visitors) -> None:
        """Add visitors to those of their day. A recount that was overtaken may do so too, since it removes none."""
        if not found.kept:
            return
        day, ttl = day_of(hour), start_of(hour) + (self.layout.retention_days + 1) * DAY
        for _ in range(_ATTEMPTS):
            visitors, its_revision = self.counts.visitors(campaign_id, day, self.most_visitors)
            before = visitors.kept, visitors.more
            visitors.merge(found)
            if (visitors.kept, visitors.more) == before or self.counts.replace_visitors(
                campaign_id, day, visitors, revision=its_revision, ttl=ttl
            ):
                return
        raise Conflict(f"The visitors of {day} of campaign {campaign_id} kept changing.")

    def _count(self, item: Mapping[str, Any], tally: Tally) -> None:
        try:
            click = stored.read(item)
        except stored.NotAClick:
            self.on_unreadable(partition=item["partition"], click=item["click"])
            return
        tally.add(click)

    def _settle(self, campaign_id: str, hour: str, counts: Mapping[str, Counts], was: Quarters, total: Total) -> Total:
        before = sum((quarter.counts for quarter in was.values() if quarter.settled), Counts())
        after = sum(counts.values(), Counts())
        sums = Counts({name: total.counts[name] + after[name] - before[name] for name in TOTALS})
        next_hour = hour_of(start_of(hour) + HOUR)
        new_total = Total(+sums, max(total.settled_until or "", next_hour), total.revision + 1)
        # A quarter that the stream counted but that has no clicks is settled, too, without counts.
        quarters = {name: counts.get(name, Counts()) for name in {**was, **counts}}
        day = day_of(hour)
        new_day = self._day(campaign_id, day, quarters)
        self.counts.settle(campaign_id, day, quarters, was=was, total=total, new_total=new_total, new_day=new_day)
        return new_total

    def _day(self, campaign_id: str, day: str, replaced: Mapping[str, Counts]) -> Day:
        """A day with some of its quarters replaced."""
        others = self.counts.quarters(campaign_id, day, day)
        quarters = {name: each.counts for name, each in others.items() if each.settled}
        quarters |= replaced
        totals = {
            name.partition("T")[2]: Counts({total: each[total] for total in TOTALS if each[total]})
            for name, each in quarters.items()
        }
        visitors, _ = self.counts.visitors(campaign_id, day, self.most_visitors)
        return Day(
            bounded(sum(quarters.values(), Counts())),
            visitors.count(),
            {name: each for name, each in totals.items() if each},
        )
