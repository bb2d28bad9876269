"""`python -m local`, the command behind `make run`, with the application's own template."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.runner.processes import child_pids

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
DEADLINE_S = 30.0
PORTS = ("PORT", "DATA_PORT", "META_PORT", "OUTBOX_PORT")


class Command:
    """A running `python -m local` on free ports."""

    def __init__(self, **environment: str) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST", "COV_"))}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "local"],
            cwd=ROOT,
            env={**clean, "PYTHONPATH": "functions:layers/core:.", **dict.fromkeys(PORTS, "0"), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            process_group=0,
        )
        self.output: list[str] = []

    def ready(self) -> str:
        """Wait for the welcome; returns the stack's address."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if found := re.search(r"runs on (http://\S+)", line):
                return found[1]
        raise AssertionError("".join(self.output))

    def read_to(self, text: str) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if text in line:
                return line
        raise AssertionError("".join(self.output))

    def end(self) -> int:
        """Wait for its end; returns the exit code."""
        assert self.process.stdout is not None
        self.output.extend(self.process.stdout)
        return self.process.wait(DEADLINE_S)


@pytest.fixture
def run() -> Iterator[Callable[..., Command]]:
    started: list[Command] = []

    def start(**environment: str) -> Command:
        started.append(Command(**environment))
        return started[-1]

    yield start
    for command in started:
        command.process.kill()
        command.process.wait()
        if command.process.stdout is not None:
            command.process.stdout.close()


def descendants(pid: int) -> set[int]:
    """All processes below `pid`."""
    found = set(child_pids(pid))
    for child in tuple(found):
        found |= descendants(child)
    return found


def alive(pids: set[int]) -> set[int]:
    """Those of the processes that still run."""
    running = set()
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            if "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="utf-8"):
                running.add(pid)
    return running


@pytest.mark.parametrize(("ending", "code"), [("SIGINT", 0), ("SIGTERM", 0), ("SIGKILL", -9)])
def test_ending_leaves_nothing_running(
    run: Callable[..., Command], until: Callable[..., None], ending: str, code: int
) -> None:
    # Given a stack that is up, with its data server and at least one function
    command = run(ADMIN_PASSWORD="a-secret-of-mine")
    command.ready()
    command.read_to("AWS endpoint")
    pids = descendants(command.process.pid)
    assert len(pids) >= 3

    # When it is ended
    asked = time.monotonic()
    if ending == "SIGINT":  # a terminal sends it to the whole group
        os.killpg(command.process.pid, signal.SIGINT)
    else:
        command.process.send_signal(getattr(signal, ending))

    # Then it goes soon, with that code, nothing of it is left, and it said no password that it was given
    assert command.end() == code
    assert time.monotonic() - asked < 15
    until(lambda: not alive(pids))
    text = "".join(command.output)
    assert "Traceback" not in text
    assert "a-secret-of-mine" not in text


def test_port_that_is_taken_is_said_in_one_line(run: Callable[..., Command]) -> None:
    # Given a port on which somebody listens
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        # When the stack shall use it
        command = run(PORT=str(port))
        code = command.end()

    # Then it says so and ends
    assert code == 1
    assert len(command.output) == 1
    assert f"127.0.0.1:{port} is in use" in command.output[0]
    assert "PORT=" in command.output[0]


def test_data_port_that_is_taken_is_replaced(run: Callable[..., Command]) -> None:
    # Given a data port on which somebody listens
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        # When the stack shall use it
        command = run(DATA_PORT=str(port))
        command.ready()
        line = command.read_to("AWS endpoint")

    # Then it takes another one, says so, and writes that down for `sam local`
    other = int(line.rpartition(":")[2])
    assert other != port
    assert f"{port} is in use" in command.output[0]
    variables = json.loads((ROOT / ".local" / "sam-local-env.json").read_text(encoding="utf-8"))
    assert variables["Parameters"] == {"AWS_ENDPOINT_URL": f"http://host.docker.internal:{other}"}


@pytest.mark.parametrize(("variable", "shown"), [("META_PORT", "Meta's stand-in"), ("OUTBOX_PORT", "e-mails sent")])
def test_port_beside_the_application_that_is_taken_is_replaced(
    run: Callable[..., Command], variable: str, shown: str
) -> None:
    # Given a port on which somebody listens
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        # When Meta's stand-in, or the pages, shall use it
        command = run(**{variable: str(port)})
        command.ready()
        line = command.read_to(shown)

    # Then another one serves, which is said first and printed where one looks
    assert f"Port {port} is in use" in command.output[0]
    other = re.search(r"http://127\.0\.0\.1:(\d+)", line)
    assert other
    assert other[0] in command.output[0]
    assert int(other[1]) != port


@pytest.mark.parametrize("port", ["many", "70000"])
def test_port_that_is_none_is_said_in_one_line(run: Callable[..., Command], port: str) -> None:
    # When PORT is not a port
    command = run(PORT=port)

    # Then the command says so
    assert command.end() == 1
    assert command.output == [f"make run: PORT={port} is not a port.\n"]
