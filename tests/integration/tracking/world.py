"""A small world to count in: people click, the stream carries records, time passes, hours are settled."""

import random
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from signpost.platform.ids import number_id
from signpost.tracking.click_store import ClickStore
from signpost.tracking.clicks import Click, Item, Place, item
from signpost.tracking.count_store import CountStore
from signpost.tracking.counts import Counts
from signpost.tracking.rollup import Rollup
from signpost.tracking.settlement import Outcome, Settlement, settle_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

START = 1_795_244_400.0  # 2026-11-21T07:00:00Z
HOUR = 3600
PLACE = Place(buckets=4, retention_days=90)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"

Record = dict[str, Any]


class Rolled(NamedTuple):
    poison: list[str]
    again: list[str]


DONE = Rolled([], [])


class World:
    def __init__(self, table: "Table", counts: CountStore, clicks: ClickStore) -> None:
        self.now = START
        self.counts, self.clicks = counts, clicks
        self.unreadable: list[tuple[str, str]] = []
        self._table = table
        self._campaigns = 0
        self._sequence = 1_100_000_000_017_454_423_000

    def campaign(self) -> str:
        """The id of a campaign made now."""
        self._campaigns += 1
        return str((number_id(self.now) & ~0xFFF) + self._campaigns)

    def click(self, campaign_id: str, number: int = 1, **details: Any) -> list[Record]:
        """Store clicks of now; returns their stream records, in order."""
        click = Click(**{"platform": "Android", "agent": BROWSER, **details})
        items = [item(campaign_id, click, self.now, PLACE) for _ in range(number)]
        self.store(items)
        return [self.record(each) for each in items]

    def store(self, items: Iterable[Item]) -> None:
        with self._table.batch_writer() as batch:
            for each in items:
                batch.put_item({**each})

    def record(self, stored: Item) -> Record:
        self._sequence += random.randint(1, 1000)
        image = {
            name: {"BOOL": value} if value is True else {"N": str(value)} if isinstance(value, int) else {"S": value}
            for name, value in stored.items()
        }
        return {
            "eventID": str(self._sequence),
            "eventName": "INSERT",
            "eventSource": "aws:dynamodb",
            "dynamodb": {"SequenceNumber": str(self._sequence), "NewImage": image, "StreamViewType": "NEW_IMAGE"},
        }

    def roll_up(self, records: Sequence[Record], shard: str = "shardId-1") -> Rolled:
        """Deliver a batch; returns the sequence numbers of what was not counted."""
        outcome = Rollup(shard, self.counts, lambda: self.now).apply(records)
        return Rolled([each.sequence for each in outcome.poison], [each.sequence for each in outcome.again])

    def settlement(self, **changes: Any) -> Settlement:
        settlement = Settlement(
            self.clicks, self.counts, PLACE, lambda: self.now, lambda: True, lambda *key: self.unreadable.append(key)
        )
        return settlement._replace(**changes)

    def settle(self, *campaigns: str, **changes: Any) -> Outcome:
        return settle_all(self.settlement(**changes), [list(campaigns)])

    def shown(self, campaign_id: str) -> Counts:
        """What the API shows: settled total and open hours."""
        return self.counts.current(campaign_id)

    def pass_hours(self, hours: float) -> None:
        self.now += hours * HOUR
