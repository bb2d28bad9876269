"""Passes on the changes that the table's stream delivers: to queues, to listeners on the event bus, and to the totals.

Everything is sent before the batch counts as done, so nothing is lost; what is sent twice is recognised by who gets it.
The totals are exact: the write that adds some records also moves a mark for their stream shard, whose records come in
order, so a record up to the mark has already been counted.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from signpost.messaging.relay import records
from signpost.messaging.relay.records import Change, Event, NotReadable
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.messaging.relay.store import TotalStore
    from signpost.platform.event_bus import EventBus
    from signpost.platform.queue import MessageQueue


class NotRelayed(NamedTuple):
    """Why a record was not relayed, or all records of a batch from this one on."""

    sequence: str
    reason: str


class Relayed(NamedTuple):
    """`poison` can never be relayed; `again` must be delivered again, with everything after it."""

    poison: list[NotRelayed]
    again: list[NotRelayed]
    events: Counter[str]  # how many of each kind, not counting those of records that came before


class Relay(NamedTuple):
    queues: Mapping[str, "MessageQueue"]
    bus: "EventBus"
    totals: "TotalStore"
    failures: "MessageQueue"

    def apply(self, shard: str, raw_records: Sequence[Mapping[str, Any]]) -> Relayed:
        """Relay one shard's records. It does no harm to deliver them all again."""
        result, changes = Relayed([], [], Counter()), dict[str, Change]()
        if not raw_records:
            return result
        for raw in raw_records:
            try:
                change = records.read(raw)
            except NotReadable as error:
                result.poison.append(NotRelayed(raw["dynamodb"]["SequenceNumber"], str(error)))
                continue
            changes[change.sequence] = change
        ordered = [changes[sequence] for sequence in sorted(changes)]
        try:
            fresh = self._relay(shard, ordered)
        except Unavailable as error:
            result.again.append(NotRelayed(raw_records[0]["dynamodb"]["SequenceNumber"], str(error)))
        else:
            result.events.update(event.kind for change in fresh for event in change.events)
        return result

    def set_aside(self, shard: str, poison: Sequence[NotRelayed]) -> None:
        """Send these records' positions, not their content, to the failure queue.

        Raises:
            Unavailable: not all were sent.
        """
        self.failures.send([{"shardId": shard, **each._asdict()} for each in poison])

    def _relay(self, shard: str, changes: Sequence[Change]) -> Sequence[Change]:
        """Returns those that were not counted before."""
        messages: dict[str, dict[str, Mapping[str, Any]]] = {name: {} for name in self.queues}
        for job in (job for change in changes for job in change.jobs):
            messages[job.queue][json.dumps(job.message)] = job.message  # each once
        for name, queue in self.queues.items():
            queue.send(list(messages[name].values()))
        self.bus.send_all([_sent(event) for change in changes for event in change.events])
        return self.totals.add(shard, changes)


def _sent(event: Event) -> tuple[str, Mapping[str, Any]]:
    return event.kind, event.detail
