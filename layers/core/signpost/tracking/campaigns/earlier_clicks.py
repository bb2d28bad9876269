"""Counts a campaign's clicks before a limit is set. tracking/redirect/limits.py enforces limits."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from signpost.platform.clock import Clock, rfc3339, system_clock
from signpost.platform.errors import Unavailable
from signpost.platform.ids import first_ulid, number_id_time
from signpost.tracking.counting import stored
from signpost.tracking.counting.counts import BOT, people
from signpost.tracking.counting.stored import NotAClick
from signpost.tracking.hours import HOUR, SETTLE_AFTER, hour_of, hours_between, start_of
from signpost.tracking.limits import STORED_AFTER

if TYPE_CHECKING:
    from signpost.tracking.counting.click_store import ClickStore
    from signpost.tracking.counting.store import CountStore

COUNTING_SECONDS = 6.0  # of the function's ten seconds
_SETTLED_WITHIN = SETTLE_AFTER + 300  # seconds after the hour's end: settlement runs every five minutes


class TooManyClicks(Unavailable):
    """There are too many clicks to count now; from `again_at` (seconds since 1970) on, there are fewer."""

    def __init__(self, again_at: float) -> None:
        super().__init__(
            "The campaign had too many clicks in the last hours to count them now, and nothing was changed. "
            f"Try again after {rfc3339(again_at)}, when they have been added up."
        )
        self.again_at = again_at


class Quota(NamedTuple):
    """What a new limit starts with: `used` clicks up to `counted_to`, a ULID; later ones are in `uncounted` buckets."""

    used: int = 0
    counted_to: str | None = None
    uncounted: frozenset[str] = frozenset()


class EarlierClicks(NamedTuple):
    """Counts the clicks that came before a limit, exactly: settled hours from their total, the others one by one."""

    counts: "CountStore"
    clicks: "ClickStore"
    buckets: int
    clock: Clock = system_clock

    def quota(self, campaign_id: str, may_go_on: Callable[[], bool]) -> Quota:
        """The quota of a limit that is set now.

        Raises:
            TooManyClicks: there are too many to count while `may_go_on` returns True.
        """
        now = self.clock()
        counted_to = first_ulid(now - STORED_AFTER)
        total = self.counts.total(campaign_id)
        first = total.settled_until or hour_of(number_id_time(int(campaign_id)))
        used = people(total.counts)
        for hour in [*hours_between(first, hour_of(now)), hour_of(now)]:
            for bucket in range(self.buckets):
                for page in self.clicks.pages(campaign_id, hour, bucket):
                    used += sum(click["click"] < counted_to and _is_persons(click) for click in page)
                    if not may_go_on():
                        raise TooManyClicks(_again_at(first, now))
        return Quota(used, counted_to, frozenset(map(str, range(self.buckets))))


def _is_persons(click: Mapping[str, Any]) -> bool:
    try:
        return stored.read(click).counters != (BOT,)
    except NotAClick:
        return False


def _again_at(first: str, now: float) -> float:
    """When there will be fewer clicks to count: once the finished hours are settled."""
    this_hour = start_of(hour_of(now))
    settled = this_hour + _SETTLED_WITHIN
    if now >= settled or first == hour_of(now):
        settled += HOUR
    return settled
