"""Child processes that never outlive the stack."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

from local.runner.errors import LocalStackError

_LAUNCHER = Path(__file__).with_name("launcher.py")
STOP_DEADLINE_S = 2.0


class Spawner:
    """Starts child processes, all from one thread that lives as long as the stack.

    The kernel's parent-death signal follows the *thread* that made the child (prctl(2)), so a child made by a thread
    that serves one request would be killed at the end of that request.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spawner")

    def start(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        directory: Path,
        output: int | IO[bytes] = subprocess.PIPE,
        pass_fds: Sequence[int] = (),
    ) -> subprocess.Popen[bytes]:
        """A child in its own process group (so that Ctrl-C in a terminal reaches only us), stdout and stderr joined."""
        try:
            started = self._thread.submit(self._start, command, environment, directory, output, pass_fds)
        except RuntimeError as error:
            raise LocalStackError("the stack is stopping") from error
        return started.result()

    @staticmethod
    def _start(
        command: Sequence[str],
        environment: Mapping[str, str],
        directory: Path,
        output: int | IO[bytes],
        pass_fds: Sequence[int],
    ) -> subprocess.Popen[bytes]:
        launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), *command]
        return subprocess.Popen(
            launcher,
            env=dict(environment),
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=pass_fds,
            process_group=0,
        )

    def close(self) -> None:
        self._thread.shutdown()


def stop(process: subprocess.Popen[bytes], *, gently: bool = False) -> None:
    """End `process` and wait for it; does nothing when it has ended."""
    if gently and process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_DEADLINE_S)
    if process.poll() is None:
        process.kill()
    process.wait()


def child_pids(pid: int) -> list[int]:
    """The direct children of process `pid` (all of its threads')."""
    found: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                found += [int(child) for child in (task / "children").read_text().split()]
    return found


def kill_pid(pid: int) -> None:
    """SIGKILL `pid`, unless it is gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
