"""Tumbling windows: the state that Lambda carries from one invocation of a shard to the next.

AWS Lambda developer guide, "Implementing stateful DynamoDB stream processing in Lambda".
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.runner.streams.batches import MAX_STATE_BYTES


@dataclass
class TumblingWindow:
    """One open window: `start` and `length_s` in seconds, aligned to 1970; `state` is the function's own."""

    start: float
    length_s: int
    state: Any = field(default_factory=dict)

    @staticmethod
    def at(moment: float, length_s: int) -> "TumblingWindow":
        return TumblingWindow(moment // length_s * length_s, length_s)

    @property
    def end(self) -> float:
        return self.start + self.length_s

    def holds(self, moment: float) -> bool:
        return moment < self.end  # a late record of an older window counts in the open one

    def event_fields(self, shard_id: str, stream_arn: str, *, final: bool) -> dict[str, Any]:
        """What a mapping with a window adds to the event."""
        return {
            "window": {"start": _iso(self.start), "end": _iso(self.end)},
            "state": self.state,
            "shardId": shard_id,
            "eventSourceARN": stream_arn,
            "isFinalInvokeForWindow": final,
            "isWindowTerminatedEarly": final and self.is_too_large(),
        }

    def is_too_large(self) -> bool:
        return len(json.dumps(self.state)) > MAX_STATE_BYTES


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
