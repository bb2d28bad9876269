"""The items `counters`: how many users, conversations and so on there have been, in all and by day; and shards' marks.

`shard:<id>` is the highest sequence number that was counted from that shard, `at:<id>` when. DynamoDB keeps records
for a day, so marks of two days ago are forgotten.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from signpost.messaging import keys
from signpost.messaging.relay.records import Change
from signpost.platform import dynamodb
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Attr, Item, Table
from signpost.platform.errors import Unavailable

_MARK, _AT = "shard:", "at:"
_FORGOTTEN: Final = 2 * 86_400
_TRIES: Final = 10


class TotalStore:
    def __init__(self, table: Table, clock: Clock = system_clock) -> None:
        self._table, self._clock = table, clock

    def add(self, shard: str, changes: Sequence[Change]) -> Sequence[Change]:
        """Count the changes of one shard, in its order, each once; returns those that were not counted before.

        Raises:
            Unavailable: they may or may not be counted; do it again.
        """
        if not any(change.counted or change.events for change in changes):
            return ()
        for _ in range(_TRIES):
            item = self._table.get(keys.COUNTERS) or {}
            mark = item.get(_MARK + shard)
            fresh = [change for change in changes if mark is None or change.sequence > mark]
            if not fresh or self._add(shard, fresh, mark, item):
                return fresh
        raise Unavailable("The totals kept changing; try again.")

    def _add(self, shard: str, fresh: Sequence[Change], mark: str | None, item: Item) -> bool:
        now = int(self._clock())
        old = [name.removeprefix(_AT) for name, at in item.items() if name.startswith(_AT) and at < now - _FORGOTTEN]
        change = dynamodb.Change(
            add=Counter(name for each in fresh for name in each.counted),
            set={_MARK + shard: fresh[-1].sequence, _AT + shard: now},
            remove=[prefix + each for each in old if each != shard for prefix in (_MARK, _AT)],
        )
        unmoved = Attr(_MARK + shard).not_exists() if mark is None else Attr(_MARK + shard).eq(mark)
        days = [self._table.updating(keys.counted_on(day), dynamodb.Change(add=of)) for day, of in _by_day(fresh)]
        return not self._table.transact(
            [self._table.updating(keys.COUNTERS, change, unmoved), *days], tell_conflicts=True
        )


def _by_day(changes: Iterable[Change]) -> Iterable[tuple[str, Counter[str]]]:
    """What was counted, by the day that it happened on."""
    found: dict[str, Counter[str]] = {}
    for each in changes:
        if each.counted:
            found.setdefault(each.day, Counter()).update(each.counted)
    return found.items()
