"""AWS's Runtime Interface Emulator (RIE), a program that runs a handler as Lambda does: the one in the AWS SAM CLI.

Without both address flags it listens on all interfaces.
"""

import contextlib
import importlib.util
import platform
import random
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

from local.ports import HOST
from local.runner.errors import LocalStackError
from local.runner.processes import Spawner, stop

INVOKE_PATH: Final = "/2015-03-31/functions/function/invocations"
_MACHINES: Final = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}
# Below the range that the kernel takes outgoing ports from (32768 and up on Linux).
_PORTS: Final = range(20_000, 32_000, 2)
_LISTEN_DEADLINE_S: Final = 10.0


def start(
    spawner: Spawner,
    handler: str,
    *,
    environment: Mapping[str, str],
    directory: Path,
    python: Path | str = sys.executable,
    output: int | IO[bytes] = subprocess.PIPE,
    log_level: str = "error",
) -> tuple[subprocess.Popen[bytes], int]:
    """A listening emulator, and its port; `python` runs the handler. Raises LocalStackError.

    Another program may take the port first; then another port is tried.
    """
    binary = str(_binary())
    deadline = time.monotonic() + _LISTEN_DEADLINE_S
    while time.monotonic() < deadline:
        port = random.SystemRandom().choice(_PORTS)
        if not (_is_free(port) and _is_free(port + 1)):
            continue
        process = spawner.start(
            [
                binary,
                *("--runtime-interface-emulator-address", f"{HOST}:{port}"),
                *("--runtime-api-address", f"{HOST}:{port + 1}"),
                *("--log-level", log_level),
                *(str(python), "-m", "awslambdaric", handler),
            ],
            environment=environment,
            directory=directory,
            output=output,
        )
        while process.poll() is None and time.monotonic() < deadline:
            if _listens(process.pid, port) and _listens(process.pid, port + 1):
                return process, port
            time.sleep(0.003)
        stop(process)
        if process.stdout is not None:
            process.stdout.close()
    raise LocalStackError("the emulator did not start")


def _binary() -> Path:
    machine = _MACHINES.get(platform.machine().lower())
    if sys.platform != "linux" or machine is None:
        raise LocalStackError(
            "the local stack needs Linux on x86_64 or arm64, as AWS's Runtime Interface Emulator does "
            f"(this is {sys.platform} on {platform.machine()})."
        )
    sam_cli = importlib.util.find_spec("samcli")
    if sam_cli is None or sam_cli.origin is None:
        raise LocalStackError("aws-sam-cli is not installed: it includes the Runtime Interface Emulator.")
    return Path(sam_cli.origin).parent / "local" / "rapid" / f"aws-lambda-rie-{machine}"


def _listens(pid: int, port: int) -> bool:
    """Whether process `pid` itself listens on the port. A connection could reach another stack's function."""
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
            probe.bind((HOST, port))
        except OSError:
            return False
        return True
