"""`python -m local`, the command behind `make run`, with the application's own template."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from local.runner.processes import child_pids
from tests.integration.local.waiting import until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
DEADLINE_S = 120.0
PORTS = ("PORT", "DATA_PORT", "META_PORT", "OUTBOX_PORT")


class Command:
    """A running `python -m local`, on free ports unless it is given others."""

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

    def read_to(self, text: str) -> str:
        """Wait for a line with this text; returns the line."""
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


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


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
def test_ending_leaves_nothing_running(run: Callable[..., Command], ending: str, code: int) -> None:
    # Given a stack that is up, with its data server and at least one function
    command = run(ADMIN_PASSWORD="a-secret-of-mine")
    command.read_to("AWS endpoint")
    pids = descendants(command.process.pid)
    assert len(pids) >= 3

    # When it is ended
    if ending == "SIGINT":  # a terminal sends it to the whole group
        os.killpg(command.process.pid, signal.SIGINT)
    else:
        command.process.send_signal(getattr(signal, ending))

    # Then it ends with that code, nothing of it is left, and it never printed the password that it was given
    assert command.end() == code
    until(lambda: not alive(pids))
    text = "".join(command.output)
    assert "Traceback" not in text
    assert "a-secret-of-mine" not in text


def test_port_that_is_taken_is_reported_in_one_line(run: Callable[..., Command], taken: int) -> None:
    # When the stack is to use a port on which another program listens
    command = run(PORT=str(taken))

    # Then it says so and ends
    assert command.end() == 1
    assert len(command.output) == 1
    assert f"127.0.0.1:{taken} is in use" in command.output[0]
    assert "PORT=" in command.output[0]


def test_data_port_that_is_taken_is_replaced(run: Callable[..., Command], taken: int) -> None:
    # When the stack is to use a data port on which another program listens
    command = run(DATA_PORT=str(taken))
    line = command.read_to("AWS endpoint")

    # Then it takes another one, says so, and writes that down for `sam local`
    other = int(line.rpartition(":")[2])
    assert other != taken
    assert f"{taken} is in use" in command.output[0]
    variables = json.loads((ROOT / ".local" / "sam-local-env.json").read_text(encoding="utf-8"))
    assert variables["Parameters"] == {"AWS_ENDPOINT_URL": f"http://host.docker.internal:{other}"}


@pytest.mark.parametrize(("variable", "shown"), [("META_PORT", "Meta's stand-in"), ("OUTBOX_PORT", "outbox")])
def test_port_of_another_site_that_is_taken_is_replaced(
    run: Callable[..., Command], taken: int, variable: str, shown: str
) -> None:
    # When Meta's stand-in, or the site of pages, is to use a port on which another program listens
    command = run(**{variable: str(taken)})
    line = command.read_to(shown)

    # Then another one serves, which is reported first and printed with the other addresses
    assert f"Port {taken} is in use" in command.output[0]
    other = re.search(r"http://127\.0\.0\.1:(\d+)", line)
    assert other
    assert other[0] in command.output[0]
    assert int(other[1]) != taken


@pytest.mark.parametrize("port", ["many", "70000"])
def test_port_that_is_not_one_is_reported_in_one_line(run: Callable[..., Command], port: str) -> None:
    command = run(PORT=port)

    assert command.end() == 1
    assert command.output == [f"make run: PORT={port} is not a port.\n"]


def test_kept_data_is_there_again_after_a_restart(run: Callable[..., Command], tmp_path: Path) -> None:
    # Given a stack that keeps its data, with a campaign that its owner has made
    def start() -> tuple[Command, str, str]:
        command = run(KEEP=str(tmp_path / "kept"))
        url = command.read_to("Signpost runs on").split()[3]
        link = command.read_to("tracking link").split()[-1]
        command.read_to("AWS endpoint")
        return command, url, link.rpartition("/")[2]

    admin = ("admin", "local-demo-password")
    command, url, demo = start()
    made = requests.post(
        f"{url}/admin/campaigns", json={"redirect_url": "https://example.com/mine"}, auth=admin, timeout=60
    )
    assert made.status_code == 201

    # When it is ended with Ctrl-C and started again
    command.process.send_signal(signal.SIGINT)
    assert command.end() == 0
    command, url, again = start()

    # Then both campaigns are there, and the example was not made twice
    listed = requests.get(f"{url}/admin/campaigns", auth=admin, timeout=60).json()
    assert again == demo
    assert {str(each["id"]) for each in listed} == {demo, str(made.json()["id"])}


def test_a_schedule_is_run_by_make_tick(run: Callable[..., Command]) -> None:
    command = run()
    port = command.read_to("all of these").rstrip("/\n").rpartition(":")[2]

    def tick(*names: str, port: str = port) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "OUTBOX_PORT": port}
        return subprocess.run(
            [sys.executable, "-m", "local.tick", *names],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    assert tick("CampaignStats").stdout.startswith("CampaignStats ran in ")
    unknown = tick("Nothing")
    assert unknown.returncode == 1
    assert "CampaignStats" in unknown.stderr
    assert "start `make run`" in tick("CampaignStats", port="1").stderr
