"""Schedules: invokes functions on time, never one run of a schedule while another one of it goes on.

They follow the machine's clock, also when a test has moved that of the functions; the event's `time` is the moved one.
A failed run is reported and not tried again, whatever the retry policy: the next one is minutes away.
"""

import json
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, Final

from local.application import ScheduleSpec
from local.cron import next_time
from local.errors import FunctionError
from local.functions import Functions
from local.intrinsics import ACCOUNT_ID, REGION

_TICK_S: Final = 0.2

Log = Callable[[str], None]


def event(spec: ScheduleSpec, now: float) -> Any:
    """What EventBridge sends to the target, unless the template gives an input of its own.

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


class Schedules:
    """The ticker. A rate's first run is one period after the start, as after a deployment."""

    def __init__(self, specs: Iterable[ScheduleSpec], functions: Functions, now: Callable[[], float], log: Log) -> None:
        self._specs = tuple(specs)
        self._functions = functions
        self._now = now
        self._log = log
        self._running: Mapping[ScheduleSpec, threading.Lock] = {id_: threading.Lock() for id_ in self._specs}
        started = datetime.now(UTC)
        self._due = {spec: next_time(spec.expression, started) for spec in self._specs}
        self._stopping = threading.Event()
        self._workers = ThreadPoolExecutor(max(1, len(self._specs)), thread_name_prefix="schedule")
        self._thread = threading.Thread(target=self._tick, name="schedules", daemon=True)

    def start(self) -> None:
        if self._specs:
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def run(self, function: str) -> None:
        """Run the schedules of `function` now, after those that are under way. Raises FunctionError, KeyError."""
        mine = [spec for spec in self._specs if spec.function == function]
        if not mine:
            raise KeyError(f"{function} has no schedule")
        for spec in mine:
            with self._running[spec]:
                self._invoke(spec)

    def _tick(self) -> None:
        while not self._stopping.wait(_TICK_S):
            now = datetime.now(UTC)
            for spec, due in self._due.items():
                if now >= due:
                    self._due[spec] = next_time(spec.expression, max(due, now))
                    self._workers.submit(self._run_unless_running, spec)

    def _run_unless_running(self, spec: ScheduleSpec) -> None:
        lock = self._running[spec]
        if not lock.acquire(blocking=False):
            self._log(f"{spec.name} is due, but its last run is not done: skipped")
            return
        try:
            started = time.monotonic()
            self._invoke(spec)
            self._log(f"{spec.name} ran in {time.monotonic() - started:.1f} s")
        except FunctionError as error:
            if not self._stopping.is_set():
                self._log(f"{spec.name}: {error}")
        finally:
            lock.release()

    def _invoke(self, spec: ScheduleSpec) -> None:
        self._functions[spec.function].invoke(json.dumps(event(spec, self._now())).encode())
