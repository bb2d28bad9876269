"""A small world to count in: people click, the stream carries records, time passes, hours are settled."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from signpost.platform import aws, settings
from signpost.platform.ids import number_id, ulid_time
from signpost.tracking.clicks import Click, ClickLayout, Item, item
from signpost.tracking.counting import wiring as counting
from signpost.tracking.counting.click_store import ClickStore
from signpost.tracking.counting.counts import BREAKDOWNS, TOTALS, Counts, Quarters, breakdown, people
from signpost.tracking.counting.store import CountStore
from signpost.tracking.counting.visitors import VisitorCount
from signpost.tracking.settlement import wiring as settlement
from signpost.tracking.settlement.recount import Settlement, SettlementResult

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

START = 1_795_244_400.0  # 2026-11-21T07:00:00Z
HOUR = 3600
LAYOUT = ClickLayout(buckets=4, retention_days=90)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
BOT_AGENT = "Googlebot/2.1"

Record = dict[str, Any]
Quarterly = dict[str, dict[str, int]]  # the totals of each quarter of an hour that has any


class Rolled(NamedTuple):
    """The sequence numbers of what was not counted."""

    poison: list[str]
    again: list[str]


DONE = Rolled([], [])


class PagedClicks(ClickStore):
    """Clicks in pages of `page_size`; DynamoDB's pages are of a megabyte."""

    page_size = 1_000_000
    read: tuple[str, ...] = ()  # the ULIDs of all that were read

    def pages(self, *arguments: Any) -> Iterator[list[dict[str, Any]]]:
        for page in super().pages(*arguments):
            for start in range(0, len(page) or 1, self.page_size):
                few = page[start : start + self.page_size]
                self.read += tuple(click["click"] for click in few)
                yield few


class World:
    """Has the tables and the queue that `environment` names, and a clock of its own."""

    def __init__(
        self,
        environment: Mapping[str, str],
        table: "Table",
        layout: ClickLayout = LAYOUT,
        counts: CountStore | None = None,
    ) -> None:
        self.now = START
        self.layout = layout
        self.clicks = PagedClicks(aws.dynamodb(), table.name)
        self.unreadable: list[dict[str, str]] = []
        self.rollup = counting.build(
            settings.load(counting.Settings, environment), clock=lambda: self.now, counts=counts
        )
        self._settlement, _, _ = settlement.build(
            settings.load(settlement.Settings, environment)._replace(
                click_buckets=layout.buckets, click_retention_days=layout.retention_days
            ),
            on_unreadable=lambda **key: self.unreadable.append(key),
            clock=lambda: self.now,
            clicks=self.clicks,
            counts=counts,
        )
        self.counts = self._settlement.counts
        self._table = table
        self._campaigns = 0
        self._sequence = 1_100_000_000_017_454_423_000

    def campaign(self) -> str:
        """The id of a campaign made now."""
        self._campaigns += 1
        return str((number_id(self.now) & ~0xFFF) + self._campaigns)

    def click(self, campaign_id: str, number: int = 1, **details: Any) -> list[Record]:
        """Store clicks of now; returns their stream records, in order."""
        return self.click_each(campaign_id, [details] * number)

    def click_each(self, campaign_id: str, clicks: Iterable[Mapping[str, Any]]) -> list[Record]:
        """The same, of clicks with different details."""
        made = [Click(**{"platform": "Android", "agent": BROWSER, **details}) for details in clicks]
        items = [item(campaign_id, click, self.now, self.layout) for click in made]
        self.store(items)
        return [self.record(each) for each in items]

    def click_at(self, moment: float, campaign_id: str, number: int = 1, **details: Any) -> list[Record]:
        """The same, of clicks of another time, which are stored late."""
        now, self.now = self.now, moment
        records = self.click(campaign_id, number, **details)
        self.now = now
        return records

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
        result = self.rollup.apply(shard, records)
        return Rolled([each.sequence for each in result.poison], [each.sequence for each in result.again])

    def settlement(self, **changes: Any) -> Settlement:
        return self._settlement._replace(**changes)

    def settle(self, *campaigns: str, **changes: Any) -> SettlementResult:
        return self.settlement(**changes).settle_all([list(campaigns)])

    def settle_late(self, **changes: Any) -> None:
        """The part of a run that counts settled hours again."""
        for request in self.counts.recount_requests():
            self.settlement(**changes).settle_late(request)

    def shown(self, campaign_id: str) -> Counts:
        """What the API shows: settled total and open hours."""
        return self.counts.current(campaign_id)

    def pass_hours(self, hours: float) -> None:
        self.now += hours * HOUR

    def quarters(self, campaign_id: str, hour: str) -> Quarters:
        return self.counts.quarters(campaign_id, hour, hour)

    def hour(self, campaign_id: str, hour: str) -> Counts:
        return sum((each.counts for each in self.quarters(campaign_id, hour).values()), Counts())

    def assert_live(self, campaign_id: str, records: Iterable[Record]) -> None:
        """The live counts are these clicks, each once in its quarter of an hour."""
        quarters = self.counts.quarters(campaign_id, "0", "~")
        assert {name: totals(each.counts) for name, each in quarters.items()} == tally(records)
        for each in quarters.values():
            assert_adds_up(each.counts)

    def assert_settled(self, campaign_id: str, records: Sequence[Record]) -> None:
        """Quarters, days, their visitors, the total and what is shown are these clicks, each once."""
        expected = tally(records)
        total = self.counts.total(campaign_id)
        quarters = self.counts.quarters(campaign_id, "0", "~")
        days = self.counts.days(campaign_id, "0", "~")
        assert {name: totals(each.counts) for name, each in quarters.items() if totals(each.counts)} == expected
        assert all(each.settled for each in quarters.values()), quarters
        assert total.counts == add(expected.values())
        assert self.counts.current(campaign_id) == total.counts
        assert self.counts.current_of([campaign_id], self.now) == {campaign_id: total.counts}
        assert {name: totals(day.counts) for name, day in days.items()} == {
            day: add(each for quarter, each in expected.items() if quarter.startswith(day))
            for day in {quarter[:10] for quarter in expected}
        }
        for name, day in days.items():
            assert day.visitors == VisitorCount(visitors(records, name))
            assert {f"{name}T{quarter}": totals(each) for quarter, each in day.quarters.items()} == {
                quarter: each for quarter, each in expected.items() if quarter.startswith(name)
            }
        for counts in (*(each.counts for each in quarters.values()), *(day.counts for day in days.values())):
            assert_adds_up(counts)


def tally(records: Iterable[Record]) -> Quarterly:
    """The totals of distinct clicks by quarter of an hour, without any code that is tested here."""
    result: defaultdict[str, Counter[str]] = defaultdict(Counter)
    images = [record["dynamodb"]["NewImage"] for record in records]
    for image in {(image["partition"]["S"], image["click"]["S"]): image for image in images}.values():
        moment = datetime.fromtimestamp(ulid_time(image["click"]["S"]), UTC)
        quarter = moment.replace(minute=moment.minute // 15 * 15).strftime("%Y-%m-%dT%H:%M")
        bot = "bot" in image or image.get("agent", {}).get("S") == BOT_AGENT
        result[quarter]["bot" if bot else image["platform"]["S"].lower()] += 1
    return {quarter: dict(counts) for quarter, counts in result.items()}


def visitors(records: Iterable[Record], day: str) -> int:
    """How many different people clicked on that day, of those who may be told apart."""
    images = [record["dynamodb"]["NewImage"] for record in records]
    return len(
        {
            image["visitor"]["S"]
            for image in images
            if "visitor" in image
            and f"#{day}T" in image["partition"]["S"]
            and "bot" not in image
            and image.get("agent", {}).get("S") != BOT_AGENT
        }
    )


def add(periods: Iterable[dict[str, int]]) -> dict[str, int]:
    result: Counter[str] = Counter()
    for each in periods:
        result.update(each)
    return dict(result)


def totals(counts: Counts) -> dict[str, int]:
    return {name: counts[name] for name in TOTALS if counts[name]}


def assert_adds_up(counts: Counts) -> None:
    """Each breakdown has every click of people once."""
    sums = Counter(dict.fromkeys(BREAKDOWNS, 0))
    for name, number in counts.items():
        if breakdown(name):
            sums[breakdown(name)] += number
    assert dict(sums) == dict.fromkeys(BREAKDOWNS, people(counts))
