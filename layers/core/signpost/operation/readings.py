"""What operators see of a running stack: queues, what was given up, schedules, the newest lines of the log."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, NamedTuple

from signpost.operation.figures import Depth, Letter, Moved, QueueFigures, Run, next_run, queue_figures
from signpost.operation.lines import Line, lines
from signpost.operation.log_client import LogClient
from signpost.operation.metrics_client import MetricsClient, Point, Wanted
from signpost.operation.parts import Parts, Queue, Schedule
from signpost.operation.parts_client import PartsClient
from signpost.operation.queue_client import QueueClient
from signpost.platform import aws
from signpost.platform.cache import Cache
from signpost.platform.clock import Clock
from signpost.platform.errors import NotFound, Unavailable
from signpost.platform.observe import SCHEDULE_FAILED, SCHEDULE_TOOK

_DAY: Final = 86_400
_HISTORY_STEP: Final = 900  # seconds between two points
_AGE_SPAN: Final = 600  # seconds: SQS reports once a minute, and minutes late
_RUN_SPAN: Final = 2 * _DAY + 3600  # covers two daily runs
_MILLISECONDS: Final = 1000
_AT_ONCE: Final = 8
_METRICS_REMEMBERED: Final = 60.0
_LOG_REMEMBERED: Final = 20.0


class LogLines(NamedTuple):
    """`unread`: functions whose log could not be read."""

    lines: list[Line]
    unread: tuple[str, ...]


class Reason(NamedTuple):
    """`line`: the last one in the log that names the message; None: no longer there, or the log cannot be read."""

    letter: Letter
    line: Line | None


class Readings:
    """Every method raises `Unavailable` when AWS does not answer. What is expensive is remembered for a while."""

    def __init__(
        self, parts: PartsClient, queues: QueueClient, metrics: MetricsClient, logs: LogClient, clock: Clock
    ) -> None:
        self._parts, self._queues, self._metrics, self._logs, self._clock = parts, queues, metrics, logs, clock
        # CloudWatch charges for each metric that is read.
        self._histories_known: Cache[dict[str, list[Point]]] = Cache(clock, seconds=_HISTORY_STEP, most=1)
        self._ages_known: Cache[dict[str, list[Point]]] = Cache(clock, seconds=_METRICS_REMEMBERED, most=10)
        self._runs: Cache[list[Run]] = Cache(clock, seconds=_METRICS_REMEMBERED, most=1)
        self._tails: Cache[LogLines] = Cache(clock, seconds=_LOG_REMEMBERED, most=4)
        self._reasons: Cache[Reason] = Cache(clock, seconds=_METRICS_REMEMBERED, most=100)

    def parts(self) -> Parts:
        return self._parts.parts()

    def queues(self) -> list[QueueFigures]:
        """All queues, with their history as far as CloudWatch answers."""
        wanted = self._parts.parts().queues
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            depths = dict(zip((each.physical for each in wanted), threads.map(self._depth, wanted), strict=True))
        waiting = tuple(name for name, each in depths.items() if each.visible and each.failures is not None)
        return queue_figures(wanted, depths, self._ages(waiting), self._histories())

    def given_up(self, name: str) -> list[Reason]:
        """Up to ten of the messages in a failure queue, with what the log says about them. Raises `NotFound`."""
        queue = self._queue(name)
        return [self._known_reason(queue, letter) for letter in self._queues.letters(queue.url)]

    def _known_reason(self, queue: Queue, letter: Letter) -> Reason:
        return self._reasons.get(letter.id, lambda: self._reason(queue, letter)) or Reason(letter, None)

    def moved(self, name: str) -> Moved | None:
        """How far putting its messages back is, or was last time. Raises `NotFound`."""
        return self._queues.moved(self._queues.arn(self._queue(name).url))

    def schedules(self) -> list[Run]:
        return self._runs.get("runs", self._last_runs) or []

    def log(self, most: int) -> LogLines:
        """The newest lines of all functions, newest first."""
        return self._tails.get(most, lambda: self._tail(most)) or LogLines([], ())

    def _queue(self, name: str) -> Queue:
        found = self._parts.parts().queue(name)
        if found is None:
            raise NotFound("There is no such queue.")
        return found

    def _depth(self, queue: Queue) -> Depth:
        return self._queues.depth(queue.url)

    def _ages(self, waiting: tuple[str, ...]) -> dict[str, float]:
        """The age of the oldest message of each of these queues, as far as CloudWatch knows."""
        found = self._measured(waiting, "ApproximateAgeOfOldestMessage", 60, _AGE_SPAN, self._ages_known)
        return {name: points[-1].value for name, points in found.items() if points}

    def _histories(self) -> dict[str, list[float]]:
        names = tuple(each.physical for each in self._parts.parts().queues)
        metric = "ApproximateNumberOfMessagesVisible"
        found = self._measured(names, metric, _HISTORY_STEP, _DAY, self._histories_known)
        return {name: [point.value for point in points] for name, points in found.items()}

    def _measured(
        self, names: tuple[str, ...], metric: str, step: int, span: float, known: Cache[dict[str, list[Point]]]
    ) -> dict[str, list[Point]]:
        """A metric by what SQS calls each queue; nothing if CloudWatch does not answer."""

        def read() -> dict[str, list[Point]]:
            wanted = [Wanted("AWS/SQS", metric, "QueueName", name, "Maximum", step) for name in names]
            now = self._clock()
            return dict(zip(names, self._metrics.series(wanted, now - span, now), strict=True))

        with suppress(Unavailable):
            return known.get(names, read) or {}
        return {}

    def _last_runs(self) -> list[Run]:
        parts, now = self._parts.parts(), self._clock()
        kinds = ((SCHEDULE_TOOK, "Maximum"), (SCHEDULE_FAILED, "Maximum"))
        wanted = [
            Wanted(parts.namespace, metric, "service", _service(each.function), statistic, 60)
            for each in parts.schedules
            for metric, statistic in kinds
        ]
        series = iter(self._metrics.series(wanted, now - _RUN_SPAN, now + 60))
        return [_run(each, next(series), next(series), now) for each in parts.schedules]

    def _tail(self, most: int) -> LogLines:
        # Some of these lines only carry metrics, which `lines` leaves out.
        tail = self._logs.newest(self._parts.parts().logs, most, self._clock())
        return LogLines(lines(tail.events, most), tail.unread)

    def _reason(self, queue: Queue, letter: Letter) -> Reason:
        parts = self._parts.parts()
        log = next((each for each in parts.logs if each.function == queue.function), None)
        event = None
        if log is not None:
            with suppress(Unavailable):
                event = self._logs.last_about(log, letter.id, letter.sent_at)
        return Reason(letter, next(iter(lines([event], 1)), None) if event else None)


def _run(schedule: Schedule, took: list[Point], failed: list[Point], now: float) -> Run:
    ended_at = took[-1].at if took else None
    return Run(
        schedule.function,
        schedule.expression,
        ended_at,
        took[-1].value / _MILLISECONDS if took else None,
        bool(failed and failed[-1].value),
        next_run(schedule.expression, ended_at, now),
    )


def _service(function: str) -> str:
    """What a function calls itself in its metrics, such as sync_sweep for SyncSweep."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", function).lower()


def build(parameter: str, clock: Clock) -> Readings:
    parts = PartsClient(aws.ssm(), parameter, clock)
    return Readings(parts, QueueClient(aws.sqs()), MetricsClient(aws.cloudwatch()), LogClient(aws.logs()), clock)
