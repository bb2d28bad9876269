"""AWS's Runtime Interface Emulator, which runs a handler as Lambda does: with its runtime client, from outside."""

import http.client
import json
import re
import socket
import time
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.packages import Package
from benchmarks.processes import BenchmarkError, Stub, lambda_environment
from local.runner.emulator import emulator_binary
from local.runner.processes import Spawner, stop

_INVOKE_PATH = "/2015-03-31/functions/function/invocations"
_PORTS = range(12_000, 20_000, 2)  # none that the local stack or the kernel takes
_LISTEN_DEADLINE_S = 10.0
_INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)\)")
_INVOKE = re.compile(r"INVOKE RTDONE\(status: success, .*duration: ([\d.]+)ms\)")


class ColdStart(NamedTuple):
    """Milliseconds: from starting Python until the handler is imported, and of the first call."""

    init: float
    first_call: float


class Emulator:
    """The emulator with one execution environment, which the first invocation starts.

    Only when it is `verbose` it tells how long a start took; that costs it time at each invocation.
    """

    def __init__(
        self, spawner: Spawner, python: Path, package: Package, stub: Stub, log: Path, *, verbose: bool
    ) -> None:
        self._log = log
        port = next(port for port in _PORTS if _is_free(port) and _is_free(port + 1))
        with log.open("wb") as output:
            self._process = spawner.start(
                [
                    str(emulator_binary()),
                    # Without both it listens on all interfaces.
                    *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
                    *("--runtime-api-address", f"127.0.0.1:{port + 1}"),
                    *("--log-level", "info" if verbose else "error"),
                    *(str(python), "-m", "awslambdaric", package.handler),
                ],
                environment=lambda_environment(package, stub.url),
                directory=package.task,
                output=output,
            )
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._wait()

    def invoke(self, event: bytes) -> dict[str, Any]:
        self._connection.request("POST", _INVOKE_PATH, event)
        reply: dict[str, Any] = json.loads(self._connection.getresponse().read())
        if reply.get("statusCode") != 307:
            raise BenchmarkError(f"no redirect: {reply}")
        return reply

    def cold_start(self) -> ColdStart:
        """As the emulator measured it; after the first invocation."""
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

    def _wait(self) -> None:
        deadline = time.monotonic() + _LISTEN_DEADLINE_S
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                self._connection.connect()
            except ConnectionRefusedError:
                time.sleep(0.003)
            else:
                return
        self.close()
        raise BenchmarkError("the emulator did not start")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
