"""Figures about queues, messages that were given up, and schedules."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from signpost.operation.parts import Queue

_UNITS: Final = {"minute": 60.0, "hour": 3600.0, "day": 86_400.0}
_TELLING: Final = (
    "install",
    "install_id",
    "account",
    "account_id",
    "hashtag",
    "member",
    "code",
    "kind",
    "step",
    "sequence",
    "reason",
)


class Depth(NamedTuple):
    """Numbers of messages. `failures`: what SQS calls its failure queue; None: it is one itself."""

    visible: int
    in_flight: int
    delayed: int
    failures: str | None


class QueueFigures(NamedTuple):
    """`oldest` is the age of the oldest message in seconds, `history` how many messages waited in the last 24 hours.

    Each is None if it is not known. `given_up_by` names the queues whose failure queue this is.
    """

    name: str
    depth: Depth
    oldest: float | None
    history: tuple[float, ...] | None
    given_up_by: tuple[str, ...]

    @property
    def is_for_failures(self) -> bool:
        return self.depth.failures is None

    @property
    def can_be_put_back(self) -> bool:
        """False for the failed records of a stream, which have no queue to go back to."""
        return bool(self.given_up_by)


class Letter(NamedTuple):
    """A message that was given up. `sent_at` is when it was first sent, in seconds since 1970."""

    id: str
    sent_at: float
    request_id: str | None
    what: str  # without the text of the message, which may be about a person


class Moved(NamedTuple):
    """How far putting a queue's messages back is, or was last time. `state` is SQS's word, such as RUNNING."""

    state: str
    moved: int
    total: int | None

    @property
    def is_running(self) -> bool:
        return self.state in {"RUNNING", "CANCELLING"}


class Run(NamedTuple):
    """The last run of a schedule that ended, and when it is due. Times are seconds since 1970; None: not known."""

    function: str
    expression: str
    ended_at: float | None
    took: float | None  # seconds
    failed: bool
    next_at: float | None

    def is_late(self, now: float) -> bool:
        """Whether more than a whole period has passed since it was due."""
        period = _period(self.expression)
        return self.ended_at is not None and now - self.ended_at > 2 * period + 60


def queue_figures(
    queues: Iterable[Queue],
    depths: Mapping[str, Depth],
    ages: Mapping[str, float],
    histories: Mapping[str, Sequence[float]],
) -> list[QueueFigures]:
    """The keys of the mappings are what SQS calls a queue. Queues of unknown depth are left out."""
    known = [each for each in queues if each.physical in depths]
    return [
        QueueFigures(
            each.name,
            depths[each.physical],
            ages.get(each.physical),
            tuple(histories[each.physical]) if histories.get(each.physical) else None,
            tuple(other.name for other in known if depths[other.physical].failures == each.physical),
        )
        for each in known
    ]


def what(body: str) -> str:
    """What a message is about, by its ids and names of steps: the rest of its text may be about a person."""
    try:
        content: Any = json.loads(body)
    except ValueError:
        return "a message that is not JSON"
    if isinstance(content, dict) and isinstance(content.get("detail"), dict):  # an event of EventBridge
        content = {"kind": content.get("detail-type"), **content["detail"]}
    if isinstance(content, dict) and "DDBStreamBatchInfo" in content:
        return f"{content['DDBStreamBatchInfo'].get('batchSize', '?')} records of a table's stream"
    found = content if isinstance(content, dict) else {}
    shown = [f"{name} {str(found[name])[:64]}" for name in _TELLING if isinstance(found.get(name), str | int)]
    return ", ".join(shown) or "a message without an id"


def next_run(expression: str, ended_at: float | None, now: float) -> float | None:
    """When a schedule is due next: a rate counts from its last run, `cron` is daily. None: not known."""
    if expression.startswith("rate("):
        return None if ended_at is None else max(ended_at + _period(expression), now)
    minute, hour = _daily(expression)
    due = datetime.fromtimestamp(now, UTC).replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (due if due.timestamp() > now else due + timedelta(days=1)).timestamp()


def _period(expression: str) -> float:
    if not expression.startswith("rate("):
        return _UNITS["day"]
    number, _, unit = expression[len("rate(") : -1].partition(" ")
    return int(number) * _UNITS[unit.rstrip("s")]


def _daily(expression: str) -> tuple[int, int]:
    """Minute and hour of `cron(0 6 * * ? *)`."""
    minute, hour = expression[len("cron(") : -1].split()[:2]
    return int(minute), int(hour)
