"""Adds stream records to the live counts, each record once, however often it is delivered.

Records of one stream shard come in order, and the write that counts some of them in a quarter of an hour also moves
that quarter's mark for the shard to the last of them. So a record up to the mark has already been counted. Each shard
has its own mark, because a campaign's hour is spread over buckets, and so over shards.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import Conflict, Unavailable
from signpost.platform.ids import ulid
from signpost.tracking.counting import stored
from signpost.tracking.counting.counts import Counts, Quarter, bounded
from signpost.tracking.hours import hour_of_quarter, may_be_settled

if TYPE_CHECKING:
    from signpost.platform.queue import MessageQueue
    from signpost.tracking.counting.store import CountStore

# Counters in one write: an update expression may have 4 KB (DynamoDB developer guide, "Constraints").
MAX_COUNTERS = 200
_MOST_PER_CLICK = 6
_MAX_ATTEMPTS = 10
_SEQUENCE_DIGITS = 40  # the longest have this many; padded, they sort as text
_SKEW = 60  # seconds that the clock of the recount may be ahead of ours


class Record(NamedTuple):
    """A new click from the stream."""

    sequence: str
    campaign_id: str
    quarter: str
    counters: tuple[str, ...]


class NotCounted(NamedTuple):
    """Why a record could not be counted, or all records of a quarter from this one on."""

    sequence: str
    reason: str


class RollupResult(NamedTuple):
    """`poison` can never be counted; `again` must be delivered again, with everything after it."""

    poison: list[NotCounted]
    again: list[NotCounted]


class Rollup(NamedTuple):
    counts: "CountStore"
    failures: "MessageQueue"
    clock: Clock = system_clock

    def apply(self, shard: str, records: Sequence[Mapping[str, Any]]) -> RollupResult:
        """Count one shard's records as far as possible. It does no harm to deliver them all again."""
        result = RollupResult([], [])
        by_quarter: defaultdict[tuple[str, str], dict[str, Record]] = defaultdict(dict)
        for raw in records:
            try:
                record = read(raw)
            except stored.NotAClick as error:
                result.poison.append(NotCounted(raw["dynamodb"]["SequenceNumber"], _reason(error)))
                continue
            by_quarter[record.campaign_id, record.quarter][record.sequence] = record
        for (campaign_id, quarter), group in by_quarter.items():
            ordered = [group[sequence] for sequence in sorted(group)]
            try:
                self._count(shard, campaign_id, quarter, ordered)
            except (Unavailable, Conflict) as error:
                result.again.append(NotCounted(ordered[0].sequence.lstrip("0"), _reason(error)))
        return result

    def set_aside(self, shard: str, poison: Sequence[NotCounted]) -> None:
        """Send these records' positions, not their content, to the failure queue.

        Raises:
            Unavailable: not all were sent.
        """
        self.failures.send([{"shardId": shard, **each._asdict()} for each in poison])

    def _count(self, shard: str, campaign_id: str, quarter: str, records: Sequence[Record]) -> None:
        state = self.counts.quarter(campaign_id, quarter)
        hour = hour_of_quarter(quarter)
        for _ in range(_MAX_ATTEMPTS):
            changed = None if state.settled else self._add(shard, campaign_id, quarter, records, state)
            if changed is None:
                # A settled hour is counted again. A quarter without clicks is settled without an item: only its age
                # tells. Requesting too early does no harm.
                if state.settled or may_be_settled(hour, self.clock() + _SKEW):
                    self.counts.ask_recount(campaign_id, hour, ulid(self.clock()))
                return
            state = changed
        raise Conflict(f"Quarter {quarter} of campaign {campaign_id} kept changing.")

    def _add(
        self, shard: str, campaign_id: str, quarter: str, records: Sequence[Record], state: Quarter
    ) -> Quarter | None:
        """Write the new records in as few steps as possible; returns the quarter if it was changed in the meantime."""
        mark = state.marks.get(shard)
        fresh = [record for record in records if mark is None or record.sequence > mark]
        known = {name for name in state.counts if ":" in name}
        for counts, upto in _steps(fresh):
            within = bounded(counts, known)
            known.update(name for name in within if ":" in name)
            changed = self.counts.add(campaign_id, quarter, within, shard=shard, after=mark, upto=upto)
            if changed is not None:
                return changed
            mark = upto
        return None


def read(raw: Mapping[str, Any]) -> Record:
    """Read a stream record of the Clicks table, in Lambda's shape. Raises `NotAClick`."""
    try:
        image = {name: next(iter(value.values())) for name, value in raw["dynamodb"]["NewImage"].items()}
    except (KeyError, AttributeError, StopIteration) as error:
        raise stored.NotAClick("it is not an item") from error
    click = stored.read(image)
    sequence = raw["dynamodb"]["SequenceNumber"].zfill(_SEQUENCE_DIGITS)
    return Record(sequence, click.campaign_id, click.quarter, click.counters)


def _steps(records: Sequence[Record]) -> Iterator[tuple[Counts, str]]:
    """Sums of consecutive records, each with the sequence number of its last record."""
    counts: Counts = Counts()
    last = ""
    for record in records:
        if len(counts) > MAX_COUNTERS - _MOST_PER_CLICK:
            yield counts, last
            counts = Counts()
        counts.update(record.counters)
        last = record.sequence
    if last:
        yield counts, last


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
