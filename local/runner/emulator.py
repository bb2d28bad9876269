"""One execution environment of a function: a process of AWS's Runtime Interface Emulator (RIE) with Python inside.

The emulator is the one that the AWS SAM CLI brings along. Seen with that of aws-sam-cli 1.170:
- two invocations at once end it with a panic, so one caller at a time may hold an environment;
- it starts Python at the first invocation, and counts that as part of the invocation. So the first one here is a body
  that is not JSON: the runtime client starts, imports the handler's module, refuses the body, and calls no handler;
- a reply has status 200. So has an exception, as JSON whose `requestId` is ours, and a time-out, as plain text.
  When Python dies or the handler's module cannot be imported, the status is 502;
- without both address flags it listens on all interfaces.
"""

import contextlib
import http.client
import importlib.util
import json
import os
import platform
import random
import select
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from local.runner.application import FunctionSpec
from local.runner.data_server import CREDENTIALS
from local.runner.errors import FunctionError, LocalStackError
from local.runner.intrinsics import REGION
from local.runner.processes import Spawner, child_pids, kill_pid, stop

_MACHINES: Final = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
_RUNTIME_FOLDER: Final = Path(__file__).resolve().parent / "runtime"
_INVOKE_PATH: Final = "/2015-03-31/functions/function/invocations"
_NOT_JSON: Final = b"start, without calling the handler"
# Below the range that the kernel takes outgoing ports from (Linux: 32768 and up), so that none of those is in the way.
_PORTS: Final = range(20_000, 32_000, 2)
_LISTEN_DEADLINE_S: Final = 10.0
_REPLY_GRACE_S: Final = 15.0
_OWN_LINES: Final = ("START RequestId: ", "END RequestId: ", "REPORT RequestId: ")

Log = Callable[[str], None]


def emulator_binary() -> Path:
    """The emulator for this machine. Raises LocalStackError where there is none."""
    machine = _MACHINES.get(platform.machine().lower())
    if sys.platform != "linux" or machine is None:
        raise LocalStackError(
            "the local stack needs Linux on x86_64 or arm64, as AWS's Runtime Interface Emulator does "
            f"(this is {sys.platform} on {platform.machine()})."
        )
    sam_cli = importlib.util.find_spec("samcli")
    if sam_cli is None or sam_cli.origin is None:
        raise LocalStackError("aws-sam-cli is not installed: it brings the Runtime Interface Emulator along.")
    return Path(sam_cli.origin).parent / "local" / "rapid" / f"aws-lambda-rie-{machine}"


def lambda_environment(spec: FunctionSpec, extra: Mapping[str, str], clock_file: Path) -> dict[str, str]:
    """The environment of a function's process: the template's, `extra`, and that of Lambda."""
    python_path = [str(_RUNTIME_FOLDER), *(str(layer) for layer in spec.layers)]
    return {
        **spec.environment,
        **extra,
        **CREDENTIALS,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        # The machine's own AWS settings are none of the function's business.
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
    """A function's process. Only one thread may use it at a time; `stop` and `kill` may come from any."""

    def __init__(self, spec: FunctionSpec, environment: dict[str, str], spawner: Spawner, log: Log) -> None:
        self.spec = spec
        self.last_used = time.monotonic()
        self.outdated = False  # its source has changed since it was started
        self._log = log
        self._runtime_pids: list[int] = []
        self._life = select.poll()
        self._watched: list[int] = []
        self._process, port = _start(spec, environment, spawner)
        self._pump = threading.Thread(target=self._pump_log, name=f"log-{spec.name}", daemon=True)
        self._pump.start()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=spec.timeout_s + _REPLY_GRACE_S)
        try:
            self._initialise()
        except BaseException:
            self.stop()
            raise

    def invoke(self, event: bytes) -> bytes:
        """The handler's reply as JSON. Raises FunctionError; after that, the environment must be thrown away."""
        request_id = str(uuid.uuid4())
        status, body = self._post(event, request_id)
        self.last_used = time.monotonic()
        if status != http.client.OK:
            raise _died(self.spec.name, body)
        if body.startswith(b"Task timed out after"):
            raise FunctionError(self.spec.name, "Sandbox.Timedout", body.decode())
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
        for descriptor in self._watched:
            os.close(descriptor)
        self._watched = []
        self._life = select.poll()
        if self._pump is not threading.current_thread():
            self._pump.join(1)

    def _initialise(self) -> None:
        status, body = self._post(_NOT_JSON, str(uuid.uuid4()))
        if status != http.client.OK:
            raise _died(self.spec.name, body)
        if body.startswith(b"Task timed out after"):
            raise FunctionError(self.spec.name, "Sandbox.Timedout", f"{body.decode()}, while it was started")
        self._runtime_pids = child_pids(self._process.pid)
        with contextlib.suppress(ProcessLookupError):  # it died since: `alive` must say so
            for pid in self._runtime_pids:
                self._watched.append(os.pidfd_open(pid))
                self._life.register(self._watched[-1], select.POLLIN)

    def _post(self, body: bytes, request_id: str) -> tuple[int, bytes]:
        try:
            self._connection.request("POST", _INVOKE_PATH, body, {"X-Amzn-RequestId": request_id})
            response = self._connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise FunctionError(self.spec.name, "Runtime.ExitError", f"the process ended: {error!r}") from error

    def _pump_log(self) -> None:
        output = self._process.stdout
        if output is None:
            return
        with output:
            for raw in output:
                line = raw.decode(errors="replace").rstrip("\n")
                # An event is always JSON, so only our first body can be what Python failed to read.
                if line.startswith(_OWN_LINES) or "] (rapid) " in line or "Runtime.UnmarshalError" in line:
                    continue
                for part in line.split("\r"):  # awslambdaric writes an exception's lines so
                    if part.strip():
                        self._log(part)


def _start(spec: FunctionSpec, environment: dict[str, str], spawner: Spawner) -> tuple[subprocess.Popen[bytes], int]:
    """A listening emulator and its port. Another program may take the port first: then again with another one."""
    deadline = time.monotonic() + _LISTEN_DEADLINE_S
    while time.monotonic() < deadline:
        port = random.SystemRandom().choice(_PORTS)
        if not (_is_free(port) and _is_free(port + 1)):
            continue
        try:
            process = spawner.start(
                [
                    str(emulator_binary()),
                    *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
                    *("--runtime-api-address", f"127.0.0.1:{port + 1}"),
                    *("--log-level", "error"),
                    *(sys.executable, "-m", "awslambdaric", spec.handler),
                ],
                environment=environment,
                directory=spec.code,
            )
        except LocalStackError as error:
            raise FunctionError(spec.name, "Sandbox.Failure", str(error)) from error
        while process.poll() is None and time.monotonic() < deadline:
            if _listens(process.pid, port) and _listens(process.pid, port + 1):
                return process, port
            time.sleep(0.003)
        stop(process)
        if process.stdout is not None:
            process.stdout.close()
    raise FunctionError(spec.name, "Sandbox.Failure", "the emulator did not start")


def _listens(pid: int, port: int) -> bool:
    """Whether process `pid` itself listens on the port. To connect and see could meet another stack's function."""
    address = f"0100007F:{port:04X}"  # 127.0.0.1; /proc/net/tcp is described in proc(5)
    for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines():
        fields = line.split()
        if fields[1] == address and fields[3] == "0A":  # TCP_LISTEN
            return _has_socket(pid, f"socket:[{fields[9]}]")
    return False


def _has_socket(pid: int, name: str) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if str(descriptor.readlink()) == name:
                    return True
    return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _exception(body: bytes, request_id: str) -> dict[str, str] | None:
    """The exception that `body` tells of; None when it is a reply that happens to look like one."""
    reply: Any = json.loads(body)
    keys = {"errorType", "errorMessage", "requestId", "stackTrace"}
    return reply if isinstance(reply, dict) and set(reply) == keys and reply["requestId"] == request_id else None


def _died(function: str, body: bytes) -> FunctionError:
    try:
        error = json.loads(body)
        return FunctionError(function, error["errorType"], error["errorMessage"])
    except (ValueError, TypeError, KeyError):
        return FunctionError(function, "Runtime.ExitError", body.decode(errors="replace") or "the process ended")
