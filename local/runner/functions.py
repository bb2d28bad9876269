"""The functions, each with a pool of execution environments that grows when calls overlap."""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from local.runner.application import FunctionSpec
from local.runner.code_watch import CodeWatch
from local.runner.errors import FunctionError, LocalStackError
from local.runner.execution_environment import ExecutionEnvironment, lambda_environment
from local.runner.processes import Spawner

MAX_ENVIRONMENTS: Final = 10
# A warm call takes a few milliseconds, so it is quicker to wait this long for a busy environment than to start another.
GROWTH_PATIENCE_S: Final = 0.03
IDLE_S: Final = 60.0
_HOUSEKEEPING_S: Final = 0.5
_STARTS_AT_ONCE: Final = os.cpu_count() or 1

FunctionLog = Callable[[str, str], None]  # of a function's name and a line


class FunctionPool:
    """The execution environments of one function."""

    def __init__(self, spec: FunctionSpec, environment: dict[str, str], spawner: Spawner, log: FunctionLog) -> None:
        self.spec = spec
        self.calls = 0  # so far
        self.pending = 0  # in progress, or waiting for an environment
        self._environment = environment
        self._spawner = spawner
        self._log: Callable[[str], None] = lambda line: log(spec.name, line)
        self._limit = MAX_ENVIRONMENTS if spec.reserved_concurrency is None else spec.reserved_concurrency
        self._changed = threading.Condition()
        self._idle: deque[ExecutionEnvironment] = deque()
        self._busy: set[ExecutionEnvironment] = set()
        self._starting = 0
        self._closed = False
        self._watch = CodeWatch((spec.code, *spec.layers))
        self._version = self._watch.version()

    def invoke(self, event: bytes) -> bytes:
        """The handler's reply to `event`, both JSON. Raises FunctionError."""
        with self._changed:
            self.calls += 1
            self.pending += 1
        try:
            environment = self._acquire()
            try:
                reply = environment.invoke(event)
            except BaseException:
                self._discard(environment)
                raise
            self._release(environment)
            return reply
        finally:
            with self._changed:
                self.pending -= 1

    def warm(self) -> None:
        """Have one environment ready. Raises FunctionError when it cannot start."""
        self._release(self._acquire())

    def kill_one(self) -> bool:
        """SIGKILL one environment, preferably a busy one; False when none is running."""
        with self._changed:
            victim = next(iter((*self._busy, *self._idle)), None)
        if victim is None:
            return False
        victim.kill()
        return True

    def tidy(self) -> None:
        """Throw away the environments that have died, and all but one of those that have long been idle."""
        now = time.monotonic()
        with self._changed:
            dead = [each for each in self._idle if not each.alive()]
            idle_for_long = [each for each in self._idle if now - each.last_used > IDLE_S and each not in dead]
            keep_one = not self._busy and len(dead) + len(idle_for_long) == len(self._idle)
            gone = dead + (idle_for_long[:-1] if keep_one else idle_for_long)
            for each in gone:
                self._idle.remove(each)
            self._changed.notify_all()
        for each in gone:
            each.stop()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            environments = [*self._idle, *self._busy]
            self._idle.clear()
            self._changed.notify_all()
        for each in environments:
            each.kill()
        for each in environments:
            each.stop()

    def _acquire(self) -> ExecutionEnvironment:
        stale: list[ExecutionEnvironment] = []
        try:
            with self._changed:
                if self._watch.version() != self._version:
                    self._version = self._watch.version()
                    stale += self._idle
                    self._idle.clear()
                    for each in self._busy:
                        each.outdated = True
                impatient_at = time.monotonic() + GROWTH_PATIENCE_S
                while True:
                    if self._closed:
                        raise FunctionError(self.spec.name, "Sandbox.Failure", "the stack is stopping")
                    while self._idle:
                        environment = self._idle.pop()
                        if environment.alive():
                            self._busy.add(environment)
                            return environment
                        stale.append(environment)
                    running = len(self._busy) + self._starting
                    patience = impatient_at - time.monotonic()
                    if running == 0 or (running < self._limit and patience <= 0 and self._starting < _STARTS_AT_ONCE):
                        self._starting += 1
                        break
                    self._changed.wait(max(patience, GROWTH_PATIENCE_S))
        finally:
            for each in stale:
                each.stop()
        return self._start()

    def _start(self) -> ExecutionEnvironment:
        environment = None
        try:
            environment = ExecutionEnvironment(self.spec, self._environment, self._spawner, self._log)
        finally:
            with self._changed:
                self._starting -= 1
                closed = self._closed
                if environment is not None and not closed:
                    self._busy.add(environment)
                self._changed.notify_all()
        if closed:
            environment.stop()
            raise FunctionError(self.spec.name, "Sandbox.Failure", "the stack is stopping")
        return environment

    def _release(self, environment: ExecutionEnvironment) -> None:
        with self._changed:
            self._busy.discard(environment)
            keep = not self._closed and not environment.outdated
            if keep:
                self._idle.append(environment)
            self._changed.notify()
        if not keep:
            environment.stop()

    def _discard(self, environment: ExecutionEnvironment) -> None:
        with self._changed:
            self._busy.discard(environment)
            self._changed.notify()
        environment.stop()


class Functions:
    """All functions of the application, by logical id."""

    def __init__(
        self,
        specs: Mapping[str, FunctionSpec],
        *,
        extra_environment: Mapping[str, str],
        clock_file: Path,
        spawner: Spawner,
        log: FunctionLog,
    ) -> None:
        self._pools = {
            name: FunctionPool(spec, lambda_environment(spec, extra_environment, clock_file), spawner, log)
            for name, spec in specs.items()
        }
        self._stopping = threading.Event()
        self._housekeeper = threading.Thread(target=self._keep_house, name="housekeeper", daemon=True)
        self._housekeeper.start()

    def __getitem__(self, name: str) -> FunctionPool:
        if name not in self._pools:
            raise LocalStackError(f"the template has no function {name}.")
        return self._pools[name]

    def pending(self) -> int:
        """Invocations that are in progress or waiting for an environment."""
        return sum(pool.pending for pool in self._pools.values())

    def calls(self) -> int:
        """Invocations so far."""
        return sum(pool.calls for pool in self._pools.values())

    def close(self) -> None:
        self._stopping.set()
        self._housekeeper.join()
        for pool in self._pools.values():
            pool.close()

    def _keep_house(self) -> None:
        while not self._stopping.wait(_HOUSEKEEPING_S):
            for pool in self._pools.values():
                pool.tidy()
