"""Random clicks, streams, recounts, faults: live counts are exact while the stream keeps its promises, settled always.

What the stream promises: every record at least once, and in order within its shard. It does not promise that the
records of one partition are in one shard, that a batch comes once, or that only one worker has it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from signpost.platform import aws
from signpost.platform.errors import Unavailable
from signpost.platform.ids import ulid
from signpost.tracking.clicks import ClickLayout, Item, from_headers, item, partition
from signpost.tracking.counting.counts import Quarter
from signpost.tracking.counting.store import CountStore
from signpost.tracking.hours import hour_of
from signpost.tracking.settlement.recount import OutOfTime
from tests.faults import Attempt, Fault, Mode
from tests.integration.tracking.world import BOT_AGENT, BROWSER, HOUR, START, Record, World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

pytestmark = pytest.mark.slow

T = TypeVar("T")
LAYOUT = ClickLayout(buckets=2, retention_days=90)
PAGE = 2  # clicks; DynamoDB's pages are of 1 MB
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"

EXAMPLES = settings(
    max_examples=12,
    derandomize=True,  # the same examples everywhere and every time
    database=None,
    phases=[Phase.explicit, Phase.generate],  # Phase.shrink makes a failure smaller, which takes minutes
    suppress_health_check=list(HealthCheck),
)
stories = given(seed=st.integers(0, 2**32))  # all of a story comes from its seed: `@example(seed=…)` tells it again


@contextmanager
def telling(seed: int) -> Iterator[Random]:
    """A failure names its story: hypothesis only does so after making it smaller."""
    try:
        yield Random(seed)
    except Exception as error:
        error.add_note(f"The story: @example(seed={seed})")
        raise


class SharedCounts(CountStore):
    """Lets something happen between a read and the write that follows it."""

    meanwhile: Callable[[], object] | None = None

    def quarter(self, campaign_id: str, quarter: str) -> Quarter:
        found = super().quarter(campaign_id, quarter)
        self._interrupt()
        return found

    def settle(self, *arguments: Any, **named: Any) -> None:
        self._interrupt()
        super().settle(*arguments, **named)

    def _interrupt(self) -> None:
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()


class Story:
    """One example: what happens at random, and what must therefore be counted."""

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
        """Up to `most` clicks, of now or late ones of `when`; each record goes to a random shard."""
        moment = self.world.now if when is None else when
        items = [self._item(moment) for _ in range(self.random.randint(1, most))]
        self.world.store(items)
        records = [self.world.record(each) for each in items]
        for each, record in zip(items, records, strict=True):
            self.clicks[str(each["partition"]).partition("#")[0]].append(record)
            self.random.choice(self.shards).append(record)
        return records

    def _item(self, moment: float) -> Item:
        choice = self.random.choice
        headers = {
            "user-agent": choice([BROWSER, PHONE, BOT_AGENT]),
            "referer": choice(["https://l.instagram.com/?u=1", "nowhere", ""]),
            choice(["dnt", "sec-gpc", "-", "-"]): "1",
            choice(["purpose", "-", "-"]): "prefetch",
        }
        platform = choice(["Android", "IPhone", "WindowsPhone", "other"])
        click = from_headers(platform, headers, choice(["", "bio", "a:b"]), choice(["DE", "FR", ""]))
        if not click.private:
            click = click._replace(visitor=f"{self.random.randint(1, 6):016x}")
        stored = item(choice(self.campaigns), click, moment, LAYOUT)
        # Bucket and ULID are made from the operating system's randomness: drawn again, so that examples never vary.
        campaign = str(stored["partition"]).partition("#")[0]
        self._made += 1
        stored["partition"] = partition(campaign, hour_of(moment), self.random.randrange(LAYOUT.buckets))
        stored["click"] = ulid(moment)[:10] + f"{self.random.randint(0, 9)}{self._made:015}"
        return stored

    def deliver(self, shard: int, batch: Sequence[Record]) -> int:
        """How many of the batch are acknowledged; a killed worker acknowledges none."""
        attempt = self._perhaps_struck(lambda: self.world.roll_up(batch, f"shardId-{shard}"))
        if attempt.reply is None:
            return 0
        failed = {int(sequence) for sequence in attempt.reply.again}
        numbers = [int(record["dynamodb"]["SequenceNumber"]) for record in batch]
        return min((index for index, number in enumerate(numbers) if number in failed), default=len(batch))

    def settle(self) -> None:
        """A run that may be struck or run out of time; the next one does the rest."""
        pages = self.random.choice([1, 2, 4, 1000, 1000])
        left = iter([True] * (pages - 1))
        may_go_on = (lambda: True) if pages == 1000 else (lambda: next(left, False))

        def run() -> None:
            with suppress(OutOfTime):
                self.world.settle(*self.campaigns, may_go_on=may_go_on)

        self._perhaps_struck(run, Unavailable)

    def settle_everything(self) -> None:
        """Without faults, a few runs do everything, and the next one finds nothing to do."""
        self.counts.meanwhile = None
        self.world.pass_hours(3)
        # A busy machine may lose a reply without a fault; the run after that finds its work done.
        runs = [self.world.settle(*self.campaigns).failures for _ in range(2)]
        while runs[-1] and len(runs) < 5:
            runs.append(self.world.settle(*self.campaigns).failures)
        assert runs[-1] == []
        assert list(self.counts.recount_requests()) == []
        assert self.world.settle(*self.campaigns).hours == 0
        for campaign, records in self.clicks.items():
            self.world.assert_settled(campaign, records)

    def _perhaps_struck(self, action: Callable[[], T], *errors: type[Exception]) -> Attempt[T]:
        """Do it, perhaps under a fault, which never strikes what others do in the meantime."""
        at = self.random.randint(1, 12) if self.happens(3) else 10_000
        fault = Fault(self.random.choice(list(Mode)), at)
        meanwhile = self.counts.meanwhile
        if meanwhile:

            def unharmed() -> None:
                with fault.paused():
                    meanwhile()

            self.counts.meanwhile = unharmed
        return fault.attempt(action, *errors)


@pytest.fixture
def counts(tables: object) -> SharedCounts:
    return SharedCounts(aws.dynamodb(), "ClickCounts")


@pytest.fixture
def world(environment: Mapping[str, str], tables: "DynamoDBServiceResource", counts: SharedCounts) -> World:
    world = World(environment, tables.Table("Clicks"), LAYOUT, counts)
    world.clicks.page_size = PAGE
    return world


@EXAMPLES
@stories
def test_live_counts_are_exact_while_the_stream_keeps_its_promises(
    world: World, counts: SharedCounts, seed: int
) -> None:
    with telling(seed) as random:
        # Given clicks of up to three hours in up to three shards
        story = Story(world, counts, random)
        for _ in range(random.randint(1, 3)):
            story.click(6)
            world.pass_hours(1)
        done = [0] * len(story.shards)  # records of each shard that are acknowledged

        def deliver_some(shard: int) -> int:
            # Never beyond a gap, but from anywhere before it: records are delivered again, all or some of them.
            records = story.shards[shard]
            start = max(0, done[shard] - random.choice([0, 0, 0, 2, 100]))
            times = random.choice([1, 1, 1, 1, 2])
            batch = [
                record for record in records[start : done[shard] + random.choice([1, 3, 100])] for _ in range(times)
            ]
            return start + story.deliver(shard, batch) // times

        # When every record is delivered, in order within its shard, by workers that are struck and overtake one another
        for _ in range(200):
            if all(done[shard] >= len(records) for shard, records in enumerate(story.shards)):
                break
            shard = random.randrange(len(story.shards))
            if story.happens(3):
                other = random.choice([shard, random.randrange(len(story.shards))])
                counts.meanwhile = lambda other=other: deliver_some(other)
            done[shard] = max(done[shard], deliver_some(shard))
            counts.meanwhile = None
        else:
            pytest.fail("it is never done")

        # Then each click counts once, in its hour and for its platform; and so it does once everything is settled
        for campaign, records in story.clicks.items():
            world.assert_live(campaign, records)
        story.settle_everything()


class Chaos(Story):
    """A story in which the stream promises nothing, and clicks are replayed hours after they happened."""

    def __init__(self, world: World, counts: SharedCounts, random: Random) -> None:
        super().__init__(world, counts, random)
        self._first = world.now
        self._unannounced: list[Record] = []

    def tell(self) -> None:
        steps = [self.click_now, self.deliver_anything, self.put_back, self.click_late]
        for _ in range(self.random.randint(1, 3)):
            self.click_now()
            for _ in range(self.random.randint(0, 3)):
                self.random.choice(steps)()
            self.pass_time()
            for _ in range(self.random.randint(1, 3)):
                self.settle_shared()
        self.announce()

    def click_now(self) -> None:
        self.click(4)

    def deliver_anything(self) -> None:
        """Records are lost, doubled, out of order, or come from another shard than before."""
        shard = self.random.randrange(len(self.shards))
        records = self.shards[shard]
        batch = [self.random.choice(records) for _ in range(self.random.randint(1, 5))] if records else []
        self.deliver(self.random.choice([shard, 0, 7]), batch)

    def pass_time(self) -> None:
        self.world.pass_hours(self.random.choice([0.4, 1.2, 1.2, 2]))

    def click_late(self) -> None:
        moment = min(self._first + (self.random.choice([0, 0, 1]) + self.random.random()) * HOUR, self.world.now)
        self._unannounced.extend(self.click(2, when=moment))

    def announce(self) -> None:
        """Have the hours of replayed clicks counted again, by a request or by their records."""
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
        """Runs that see clicks which the slower one did not, and finish before it."""
        self.put_back()
        for _ in range(2):
            self.world.settle(*self.campaigns)

    def settle_shared(self) -> None:
        """A run during which something else happens, perhaps another run."""
        if self.happens(2):
            self.counts.meanwhile = self.random.choice(
                [self.deliver_anything, self.put_back, self.overtake, self.settle]
            )
        self.settle()
        self.counts.meanwhile = None


@EXAMPLES
@stories
def test_settled_counts_are_exact_whatever_happens(world: World, counts: SharedCounts, seed: int) -> None:
    with telling(seed) as random:
        # Given anything in any order
        story = Chaos(world, counts, random)
        story.tell()

        # Then, once there are no more faults, each click counts once
        story.settle_everything()
