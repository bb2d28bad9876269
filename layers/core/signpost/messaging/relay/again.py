"""What to relay again, from a message in the relay's failure queue."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Span(NamedTuple):
    """Records of one shard, from the sequence number `first` to `last`, both included."""

    shard: str
    first: str
    last: str

    @property
    def mark(self) -> str:
        """A shard of its own for the totals: the real one's mark has moved on, past these records."""
        return f"{self.shard}@{self.first}"


def span(message: Mapping[str, Any]) -> Span:
    """Of one record that the relay set aside, or of a batch that Lambda gave up. Raises KeyError."""
    if "DDBStreamBatchInfo" in message:
        batch = message["DDBStreamBatchInfo"]
        return Span(batch["shardId"], batch["startSequenceNumber"], batch["endSequenceNumber"])
    return Span(message["shardId"], message["sequence"], message["sequence"])
