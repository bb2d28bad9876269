"""Random clicks, streams, recounts, faults: live counts are exact while the stream keeps its promises, settled always.

What the stream promises: every record at least once, and in order within its shard. It does not promise that the
records of one partition are in one shard, that a batch comes once, or that only one worker has it.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from signpost.platform import aws
from signpost.platform.errors import Unavailable
from signpost.platform.ids import ulid
from signpost.tracking.click_store import ClickStore
from signpost.tracking.clicks import Item, Place, from_headers, item, partition
from signpost.tracking.count_store import CountStore
from signpost.tracking.counts import Hour
from signpost.tracking.hours import hour_of
from signpost.tracking.settlement import OutOfTime
from tests.faults import Fault, Mode
from tests.integration.tracking.world import BOT_AGENT, BROWSER, HOUR, START, Record, World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

PLACE = Place(buckets=2, retention_days=90)
PAGE = 2  # clicks; DynamoDB's pages are of 1 MB
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"

EXAMPLES = settings(
    max_examples=24,
    derandomize=True,  # the same examples everywhere and every time
    database=None,
    deadline=None,
    phases=[
        Phase.explicit,
        Phase.generate,
    ],  # making a failure smaller takes minutes: add Phase.shrink to look into one
    suppress_health_check=list(HealthCheck),
)
stories = given(seed=st.integers(0, 2**32))  # all of a story comes from its seed: `@example(seed=…)` tells it again


class PagedClicks(ClickStore):
    def pages(self, *arguments: Any) -> Iterator[list[dict[str, Any]]]:
        for page in super().pages(*arguments):
            for start in range(0, len(page), PAGE):
                yield page[start : start + PAGE]


class SharedCounts(CountStore):
    """Somebody else may do something between a read and the write that follows it."""

    meanwhile: Callable[[], object] | None = None

    def hour(self, campaign_id: str, hour: str) -> Hour:
        found = super().hour(campaign_id, hour)
        self._interrupt()
        return found

    def settle(self, *arguments: Any, **named: Any) -> None:
        self._interrupt()
        super().settle(*arguments, **named)

    def _interrupt(self) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile:
            meanwhile()


class Story:
    """One example: what happens at random, and what therefore has to be counted."""

    def __init__(self, world: World, counts: SharedCounts, random: Random) -> None:
        self.world, self.counts, self.random = world, counts, random
        world.now = START + random.randint(0, 30) * HOUR
        self.campaigns = [world.campaign() for _ in range(random.randint(1, 2))]
        self.clicks: dict[str, list[Record]] = {campaign: [] for campaign in self.campaigns}
        self.shards: list[list[Record]] = [[] for _ in range(random.randint(1, 3))]
        self._made = 0

    def happens(self, one_in: int) -> bool:
        return self.random.randint(1, one_in) == 1

    def click(self, most: int, when: float | None = None) -> list[Record]:
        """Up to that many clicks, of now or late ones of `when`; each one's record goes to some shard."""
        moment = self.world.now if when is None else when
        records = []
        items = [self._item(moment) for _ in range(self.random.randint(1, most))]
        self.world.store(items)
        for each in items:
            record = self.world.record(each)
            self.clicks[str(each["partition"]).partition("#")[0]].append(record)
            self.random.choice(self.shards).append(record)
            records.append(record)
        return records

    def _item(self, moment: float) -> Item:
        choice = self.random.choice
        headers = {
            "user-agent": choice([BROWSER, PHONE, BOT_AGENT]),
            "cloudfront-viewer-country": choice(["DE", "FR", ""]),
            "referer": choice(["https://l.instagram.com/?u=1", "nowhere", ""]),
            choice(["dnt", "sec-gpc", "-", "-"]): "1",
            choice(["purpose", "-", "-"]): "prefetch",
        }
        platform = choice(["Android", "IPhone", "WindowsPhone", "other"])
        click = from_headers(platform, headers, choice(["", "bio", "a:b"]))
        if not click.private:
            click = click._replace(visitor=f"{self.random.randint(1, 6):016x}")
        stored = item(choice(self.campaigns), click, moment, PLACE)
        # Bucket and ULID are made from the operating system's randomness: drawn again, so that examples never vary.
        campaign = str(stored["partition"]).partition("#")[0]
        self._made += 1
        stored["partition"] = partition(campaign, hour_of(moment), self.random.randrange(PLACE.buckets))
        stored["click"] = ulid(moment)[:10] + f"{self.random.randint(0, 9)}{self._made:015}"
        return stored

    def deliver(self, shard: int, batch: Sequence[Record]) -> int:
        """How many of the batch are acknowledged: none by a worker that is killed."""
        fault = self._fault()
        attempt = fault.attempt(lambda: self.world.roll_up(batch, f"shardId-{shard}"))
        if attempt.reply is None:
            return 0
        failed = {int(sequence) for sequence in attempt.reply.again}
        numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in batch]
        return min((index for index, number in enumerate(numbers) if number in failed), default=len(batch))

    def settle(self) -> None:
        """A run that may be struck or out of time; what it leaves is for the next one."""
        pages = self.random.choice([1, 2, 3, 1000])
        left = iter([True] * (pages - 1))
        may_go_on = (lambda: True) if pages == 1000 else (lambda: next(left, False))

        def run() -> None:
            with suppress(OutOfTime):
                self.world.settle(*self.campaigns, may_go_on=may_go_on)

        self._fault().attempt(run, Unavailable)

    def settle_everything(self) -> None:
        """Nothing is struck any more: two runs do all there is to do, and a third finds nothing."""
        self.counts.meanwhile = None
        self.world.pass_hours(3)
        for _ in range(2):
            assert self.world.settle(*self.campaigns).failures == []
        assert list(self.counts.recount_requests()) == []
        assert self.world.settle(*self.campaigns).hours == 0
        for campaign, records in self.clicks.items():
            self.world.assert_settled(campaign, records)

    def _fault(self) -> Fault:
        at = self.random.randint(1, 12) if self.happens(4) else 10_000
        return Fault(self.random.choice(list(Mode)), at)


@pytest.fixture
def counts(tables: object) -> SharedCounts:
    return SharedCounts(aws.dynamodb(), "ClickCounts")


@pytest.fixture
def world(tables: "DynamoDBServiceResource", counts: SharedCounts) -> World:
    return World(tables.Table("Clicks"), counts, PagedClicks(aws.dynamodb(), "Clicks"), PLACE)


@EXAMPLES
@stories
def test_live_counts_are_exact_while_the_stream_keeps_its_promises(
    world: World, counts: SharedCounts, seed: int
) -> None:
    random = Random(seed)
    # Given clicks of up to three hours in up to three shards
    story = Story(world, counts, random)
    for _ in range(random.randint(1, 3)):
        story.click(6)
        world.pass_hours(1)
    done = [0] * len(story.shards)  # records of each shard that are acknowledged

    def deliver_some(shard: int) -> int:
        # Never beyond a gap, but from anywhere before it: what was delivered comes again, whole or in part.
        records = story.shards[shard]
        start = max(0, done[shard] - random.choice([0, 0, 1, 3, 100]))
        times = random.choice([1, 1, 1, 1, 2])
        batch = [record for record in records[start : done[shard] + random.choice([1, 3, 100])] for _ in range(times)]
        return start + story.deliver(shard, batch) // times

    # When every record is delivered, in order within its shard, by workers that are struck and overtake one another
    while any(done[shard] < len(records) for shard, records in enumerate(story.shards)):
        shard = random.randrange(len(story.shards))
        if story.happens(3):
            other = random.choice([shard, random.randrange(len(story.shards))])
            counts.meanwhile = lambda other=other: deliver_some(other)
        done[shard] = max(done[shard], deliver_some(shard))
        counts.meanwhile = None

    # Then each click counts once, in its hour and for its platform; and so it does once everything is settled
    for campaign, records in story.clicks.items():
        world.assert_live(campaign, records)
    story.settle_everything()


class Chaos(Story):
    """A story in which the stream promises nothing, and clicks are put back hours after they happened."""

    def __init__(self, world: World, counts: SharedCounts, random: Random) -> None:
        super().__init__(world, counts, random)
        self._first = world.now
        self._unannounced: list[Record] = []

    def tell(self) -> None:
        steps = [
            *[self.click_now] * 2,
            self.deliver_anything,
            *[self.pass_time] * 2,
            self.click_late,
            self.announce,
            *[self.settle_shared] * 4,
        ]
        for _ in range(self.random.randint(4, 14)):
            self.random.choice(steps)()
        self.announce()

    def click_now(self) -> None:
        self.click(4)

    def deliver_anything(self) -> None:
        """Some are lost, doubled, out of order, or come from another shard than before."""
        shard = self.random.randrange(len(self.shards))
        records = self.shards[shard]
        batch = [self.random.choice(records) for _ in range(self.random.randint(1, 5))] if records else []
        self.deliver(self.random.choice([shard, 0, 7]), batch)

    def pass_time(self) -> None:
        self.world.pass_hours(self.random.choice([0.1, 0.9, 1.2, 2]))

    def click_late(self) -> None:
        moment = self._first + self.random.random() * min(self.world.now - self._first, 3 * HOUR)
        self._unannounced.extend(self.click(2, when=moment))

    def announce(self) -> None:
        """Whoever puts a click back asks for its hour's recount until that is done, or its record does so."""
        while self._unannounced:
            record = self._unannounced[-1]
            campaign, hour, _ = record["dynamodb"]["NewImage"]["partition"]["S"].split("#")
            if self.happens(2):
                self.counts.ask_recount(campaign, hour, ulid(self.random.random() * 1e9))
            elif self.deliver(0, [record]) == 0:
                continue
            self._unannounced.pop()

    def put_back(self) -> None:
        self.click_late()
        self.announce()

    def overtake(self) -> None:
        """Another run, which knows of clicks that the slower one did not see."""
        self.put_back()
        self.settle()

    def settle_shared(self) -> None:
        """A run that something else happens during, perhaps another run."""
        if self.happens(2):
            self.counts.meanwhile = self.random.choice(
                [self.deliver_anything, self.put_back, self.overtake, self.settle]
            )
        self.settle()
        self.counts.meanwhile = None


@EXAMPLES
@stories
def test_settled_counts_are_exact_whatever_happens(world: World, counts: SharedCounts, seed: int) -> None:
    # Given anything in any order
    story = Chaos(world, counts, Random(seed))
    story.tell()

    # When nothing is struck any more, then each click counts once
    story.settle_everything()
