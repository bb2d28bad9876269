"""One execution environment of a function: an emulator process with Python inside.

What the emulator of aws-sam-cli 1.170 does:
- Two invocations at once make it panic, so only one caller at a time may hold an environment.
- It starts Python at the first invocation, and counts that as part of the invocation. So the first one here is a body
  that is not JSON: the runtime client starts, imports the handler's module, refuses the body, and calls no handler.
- A reply has status 200. So has an exception, as JSON whose `requestId` is ours, and a timeout, as plain text.
  When Python dies or the handler's module cannot be imported, the status is 502.
"""

import contextlib
import http.client
import json
import os
import select
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from local.ports import HOST
from local.runner import emulator
from local.runner.application import FunctionSpec
from local.runner.data_server import CREDENTIALS
from local.runner.errors import FunctionError, LocalStackError
from local.runner.intrinsics import REGION
from local.runner.processes import Spawner, child_pids, kill_pid, stop

_RUNTIME_FOLDER: Final = Path(__file__).resolve().parent / "runtime"
_NOT_JSON: Final = b"start, without calling the handler"
_REPLY_GRACE_S: Final = 15.0
_OWN_LINES: Final = ("START RequestId: ", "END RequestId: ", "REPORT RequestId: ")


def lambda_environment(spec: FunctionSpec, extra: Mapping[str, str], clock_file: Path) -> dict[str, str]:
    """The variables of a function's process: the template's, `extra`, and Lambda's own."""
    python_path = [str(_RUNTIME_FOLDER), *(str(layer) for layer in spec.layers)]
    return {
        **spec.environment,
        **extra,
        **CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        # The machine's own AWS settings must not reach the function.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_NAME": spec.name,
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(spec.timeout_s),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(spec.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{spec.name}",
        "AWS_LAMBDA_LOG_FORMAT": spec.log_format,
        **({"AWS_LAMBDA_LOG_LEVEL": spec.log_level} if spec.log_level else {}),
        "LAMBDA_TASK_ROOT": str(spec.code),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(python_path),
        "PYTHONUNBUFFERED": "1",
        "LOCAL_CLOCK_FILE": str(clock_file),
    }


class ExecutionEnvironment:
    """A function's process. Only one thread at a time may use it; any may call `stop` and `kill`."""

    def __init__(
        self, spec: FunctionSpec, environment: dict[str, str], spawner: Spawner, log: Callable[[str], None]
    ) -> None:
        self.spec = spec
        self.last_used = time.monotonic()
        self.outdated = False  # its source has changed since it was started
        self._log = log
        self._runtime_pids: list[int] = []
        self._life = select.poll()
        self._watched: list[int] = []
        self._stopping = threading.Lock()
        try:
            self._process, port = emulator.start(spawner, spec.handler, environment=environment, directory=spec.code)
        except LocalStackError as error:
            raise FunctionError(spec.name, "Sandbox.Failure", str(error)) from error
        self._pump = threading.Thread(target=self._pump_log, name=f"log-{spec.name}", daemon=True)
        self._pump.start()
        self._connection = http.client.HTTPConnection(HOST, port, timeout=spec.timeout_s + _REPLY_GRACE_S)
        try:
            self._initialise()
        except BaseException:
            self.stop()
            raise

    def invoke(self, event: bytes) -> bytes:
        """The handler's reply as JSON. Raises FunctionError, after which the environment must be thrown away."""
        request_id = str(uuid.uuid4())
        body = self._post(event, request_id)
        self.last_used = time.monotonic()
        if b'"errorType"' in body and (error := _exception(body, request_id)) is not None:
            raise FunctionError(self.spec.name, error["errorType"], error["errorMessage"])
        return body

    def alive(self) -> bool:
        """Whether both the emulator and the Python inside it still run."""
        return self._process.poll() is None and not self._life.poll(0)

    def kill(self) -> None:
        """End it as a crash would: SIGKILL to Python and the emulator."""
        for pid in self._runtime_pids:
            kill_pid(pid)
        self._process.kill()

    def stop(self) -> None:
        """End it and release what it holds. A handler that runs is cut off."""
        for pid in {*self._runtime_pids, *child_pids(self._process.pid)}:
            kill_pid(pid)
        stop(self._process)
        self._connection.close()
        with self._stopping:  # when everything ends, whoever had a call cut off stops it, too
            for descriptor in self._watched:
                os.close(descriptor)
            self._watched = []
            self._life = select.poll()
        if self._pump is not threading.current_thread():
            self._pump.join(1)

    def _initialise(self) -> None:
        self._post(_NOT_JSON, str(uuid.uuid4()), ", while it was starting")
        self._runtime_pids = child_pids(self._process.pid)
        with contextlib.suppress(ProcessLookupError):  # it has died since; `alive` will say so
            for pid in self._runtime_pids:
                self._watched.append(os.pidfd_open(pid))
                self._life.register(self._watched[-1], select.POLLIN)

    def _post(self, event: bytes, request_id: str, when: str = "") -> bytes:
        try:
            self._connection.request("POST", emulator.INVOKE_PATH, event, {"X-Amzn-RequestId": request_id})
            response = self._connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise FunctionError(self.spec.name, "Runtime.ExitError", f"the process ended: {error!r}") from error
        if response.status != http.client.OK:
            raise _died(self.spec.name, body)
        if body.startswith(b"Task timed out after"):
            raise FunctionError(self.spec.name, "Sandbox.Timedout", body.decode() + when)
        return body

    def _pump_log(self) -> None:
        output = self._process.stdout
        if output is None:
            return
        with output:
            for raw in output:
                line = raw.decode(errors="replace").rstrip("\n")
                # Events are always JSON, so only our first body can be what Python failed to read.
                if line.startswith(_OWN_LINES) or "] (rapid) " in line or "Runtime.UnmarshalError" in line:
                    continue
                for part in line.split("\r"):  # how awslambdaric separates an exception's lines
                    if part.strip():
                        self._log(part)


def _exception(body: bytes, request_id: str) -> dict[str, str] | None:
    """The exception in `body`; None when it is a reply that happens to look like one."""
    reply: Any = json.loads(body)
    keys = {"errorType", "errorMessage", "requestId", "stackTrace"}
    return reply if isinstance(reply, dict) and set(reply) == keys and reply["requestId"] == request_id else None


def _died(function: str, body: bytes) -> FunctionError:
    try:
        error = json.loads(body)
        return FunctionError(function, error["errorType"], error["errorMessage"])
    except (ValueError, TypeError, KeyError):
        return FunctionError(function, "Runtime.ExitError", body.decode(errors="replace") or "the process ended")
