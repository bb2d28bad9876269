"""Takes clicks from a campaign's limit, exactly, however many execution environments do so at the same time.

Only the quota item enforces a limit, so raising it works immediately. Until a new limit is in force (see
tracking/limits.py), environments that do not know it yet store clicks that are not taken from it. The first redirect
after that adds those to `used`, each bucket once, even if several redirects count it. Until that is done, no browser is
redirected to the target.
"""

import os
import time
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from signpost.platform.ids import first_ulid, ulid_time
from signpost.tracking.clicks import partition
from signpost.tracking.hours import hour_of
from signpost.tracking.redirect.destinations import Limit, Quota
from signpost.tracking.redirect.errors import DynamoDBError

if TYPE_CHECKING:
    from signpost.tracking.redirect.store import RedirectStore

_TRIES = 8
_COUNTING_SECONDS = 1.5  # of a redirect's three seconds; the next redirect continues with the other buckets
_CONFLICT = "TransactionConflictException"  # conflicts with the administration, which is changing the limit


class Verdict(Enum):
    TAKEN = "the click is one of those that the campaign may have"
    USED_UP = "none is left"
    CHANGED = "the campaign no longer has this limit"


class Limits(NamedTuple):
    store: "RedirectStore"
    timer: Callable[[], float] = time.monotonic

    def take(self, campaign_id: str, limit: Limit, click: str, now: float) -> Verdict:
        """Take one for the click with that ULID.

        Raises:
            DynamoDBError: one may or may not be left.
        """
        in_force = now >= limit.in_force_from
        for _ in range(_TRIES):
            try:
                quota = self.store.take(campaign_id, limit.name, click, in_force=in_force)
            except DynamoDBError as error:
                if error.code != _CONFLICT:
                    raise
                continue
            if quota is None or (quota.limit, quota.taken_by) == (limit.name, click):
                return Verdict.TAKEN
            if quota.limit != limit.name:
                return Verdict.CHANGED
            if quota.used >= quota.max:
                return Verdict.USED_UP
            self._count_the_rest(campaign_id, limit, quota)
        raise DynamoDBError("LimitKeepsChanging")

    def _count_the_rest(self, campaign_id: str, limit: Limit, quota: Quota) -> None:
        from signpost.tracking.bots import clicked_by_bot  # noqa: PLC0415  (once in the life of a limit)

        end = self.timer() + _COUNTING_SECONDS
        last = first_ulid(limit.in_force_from)
        hours = sorted({hour_of(ulid_time(quota.counted_to)), hour_of(limit.in_force_from)})
        # Each begins with a different bucket, so that simultaneous redirects share the work.
        begin = os.urandom(1)[0] % len(quota.uncounted)
        for bucket in (*quota.uncounted[begin:], *quota.uncounted[:begin]):
            number = 0
            for hour in hours:
                for page in self.store.untaken(
                    partition(campaign_id, hour, bucket), limit.name, quota.counted_to, last
                ):
                    number += sum(not clicked_by_bot(each) for each in page)
                    if self.timer() > end:
                        raise DynamoDBError("CountingTakesTooLong")
            self.store.add_counted(campaign_id, limit.name, bucket, number)
