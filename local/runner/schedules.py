"""Invokes functions on schedule. Two runs of one schedule never overlap.

They follow the machine's clock even when a test has moved the functions' clock; the event's `time` is the moved one.
A failed run is reported and not retried, whatever the retry policy: the next one is minutes away.
"""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from local.runner.application import ScheduleSpec
from local.runner.cron import next_time
from local.runner.errors import FunctionError
from local.runner.intrinsics import ACCOUNT_ID, REGION

_TICK_S: Final = 0.2


def event(spec: ScheduleSpec, now: float) -> Any:
    """What EventBridge sends to the target, unless the template sets an input.

    AWS EventBridge Scheduler user guide and EventBridge user guide, "Scheduled events".
    """
    if spec.input is not None:
        return spec.input
    scheduler = spec.kind == "scheduler"
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler" if scheduler else "aws.events",
        "account": ACCOUNT_ID,
        "time": datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [
            f"arn:aws:scheduler:{REGION}:{ACCOUNT_ID}:schedule/default/{spec.name}"
            if scheduler
            else f"arn:aws:events:{REGION}:{ACCOUNT_ID}:rule/{spec.name}"
        ],
        "detail": "{}" if scheduler else {},
    }


class Invoke(Protocol):
    """Calls a function, by logical id, with an event in JSON. Raises FunctionError."""

    def __call__(self, function: str, event: bytes, /) -> object: ...


@dataclass(eq=False)
class _Timer:
    """A schedule, when it is due next, and whether a run of it is in progress."""

    spec: ScheduleSpec
    due: datetime
    running: threading.Lock = field(default_factory=threading.Lock)


class Schedules:
    """The ticker. A rate's first run is one period after `started`, as after a deployment."""

    def __init__(
        self,
        specs: Iterable[ScheduleSpec],
        invoke: Invoke,
        *,
        started: datetime,
        now: Callable[[], float],
        log: Callable[[str], None],
    ) -> None:
        self._timers = [_Timer(spec, next_time(spec.expression, started)) for spec in specs]
        self._invoke_function = invoke
        self._now = now
        self._log = log
        self._stopping = threading.Event()
        self._workers = ThreadPoolExecutor(2 * len(self._timers) + 1, thread_name_prefix="schedule")
        self._thread = threading.Thread(target=self._tick, name="schedules", daemon=True)

    def start(self) -> None:
        if self._timers:
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def run(self, function: str) -> None:
        """Run the schedules of `function` now, after any run in progress. Raises FunctionError, KeyError."""
        mine = [timer for timer in self._timers if timer.spec.function == function]
        if not mine:
            raise KeyError(f"{function} has no schedule")
        for timer in mine:
            with timer.running:
                self._invoke(timer.spec)

    def start_due(self, moment: datetime) -> list[Future[None]]:
        """Start what is due at `moment`, except schedules whose last run has not ended."""
        started = []
        for timer in self._timers:
            if moment >= timer.due:
                timer.due = next_time(timer.spec.expression, moment)
                started.append(self._workers.submit(self._run_unless_running, timer))
        return started

    def _tick(self) -> None:
        while not self._stopping.wait(_TICK_S):
            self.start_due(datetime.now(UTC))

    def _run_unless_running(self, timer: _Timer) -> None:
        if not timer.running.acquire(blocking=False):
            self._log(f"{timer.spec.name} is due, but its last run is not done: skipped")
            return
        try:
            started = time.monotonic()
            self._invoke(timer.spec)
            self._log(f"{timer.spec.name} ran in {time.monotonic() - started:.1f} s")
        except FunctionError as error:
            if not self._stopping.is_set():
                self._log(f"{timer.spec.name}: {error}")
        finally:
            timer.running.release()

    def _invoke(self, spec: ScheduleSpec) -> None:
        self._invoke_function(spec.function, json.dumps(event(spec, self._now())).encode())
