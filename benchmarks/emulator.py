"""AWS's Runtime Interface Emulator, which runs a handler as Lambda does: with its runtime client, from outside."""

import http.client
import json
import re
import time
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.packages import Package
from benchmarks.processes import BenchmarkError, Stub, lambda_environment
from local.ports import HOST
from local.runner import emulator
from local.runner.errors import LocalStackError
from local.runner.processes import Spawner, stop

_INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")
_INVOKE = re.compile(r"INVOKE RTDONE\(status: success, .*duration: ([\d.]+)ms\)")


class ColdStart(NamedTuple):
    """Milliseconds: from starting Python until the handler is imported, and of the first call."""

    init: float
    first_call: float


class Emulator:
    """The emulator with one execution environment, which the first invocation starts.

    It reports how long a start took only when it is `verbose`, which costs it time at each invocation.
    """

    def __init__(
        self, spawner: Spawner, python: Path, package: Package, stub: Stub, log: Path, *, verbose: bool
    ) -> None:
        self._log = log
        try:
            with log.open("wb") as output:
                self._process, port = emulator.start(
                    spawner,
                    package.handler,
                    environment=lambda_environment(package, stub.url),
                    directory=package.task,
                    python=python,
                    output=output,
                    log_level="info" if verbose else "error",
                )
        except LocalStackError as error:
            raise BenchmarkError(str(error)) from error
        self._connection = http.client.HTTPConnection(HOST, port, timeout=30)

    def invoke(self, event: bytes) -> dict[str, Any]:
        self._connection.request("POST", emulator.INVOKE_PATH, event)
        reply: dict[str, Any] = json.loads(self._connection.getresponse().read())
        if reply.get("statusCode") != 307:
            raise BenchmarkError(f"no redirect: {reply}")
        return reply

    def cold_start(self) -> ColdStart:
        """As the emulator measured it. Call it after the first invocation."""
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            log = self._log.read_text(errors="replace")
            init, call = _INIT.search(log), _INVOKE.search(log)
            if init and call:
                return ColdStart(float(init[1]), float(call[1]))
            time.sleep(0.002)
        raise BenchmarkError(f"the emulator did not say how long it took:\n{self._log.read_text()[-2000:]}")

    def close(self) -> None:
        self._connection.close()
        stop(self._process, gently=True)  # SIGTERM: it ends Python first
