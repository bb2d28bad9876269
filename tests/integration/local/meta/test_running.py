"""Starting and stopping: alone from the terminal, on a taken port, and with its own retries."""

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import requests

from local.meta import Meta
from local.ports import PortTakenError
from tests.integration.local.meta.conftest import KILN, Time

ROOT = Path(__file__).resolve().parents[4]


def test_it_runs_alone() -> None:
    # Given `python -m local.meta` on a free port
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_"))}
    with subprocess.Popen(
        [sys.executable, "-m", "local.meta"],
        cwd=ROOT,
        env={**environment, "PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        found = re.search(r"runs on (\S+);", process.stdout.readline())
        assert found
        # Then it answers, and Ctrl-C ends it
        assert "Nora Bakes" in requests.get(found[1], timeout=20).text
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        assert process.wait(60) == 0
    assert "GRAPH_FB_BASE" in rest
    assert "Traceback" not in rest


@pytest.mark.parametrize("port", ["many", "taken"])
def test_a_wrong_port_is_reported_in_one_line(meta: Meta, port: str) -> None:
    text = meta.url.rpartition(":")[2] if port == "taken" else port
    done = subprocess.run(
        [sys.executable, "-m", "local.meta"],
        cwd=ROOT,
        env={**os.environ, "PORT": text},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_a_taken_port_raises_and_prints_nothing(meta: Meta, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(PortTakenError):
        Meta(port=int(meta.url.rpartition(":")[2]))
    assert capfd.readouterr().err == ""


def test_due_deliveries_are_retried_automatically(clock: Time) -> None:
    # Given a stand-in that retries, and an application that does not answer
    told = threading.Event()
    with Meta(now=clock, retry_every=0.01, log=lambda _line: told.set()) as meta:
        meta.instagram.webhook_url = meta.instagram.verified_url = "http://127.0.0.1:9/"
        delivery = meta.send_comment("instagram", KILN, force=True)
        assert delivery.state == "waiting"
        # When the clock says that it is due
        clock.pass_by(hours=1)
        # Then it is tried
        assert told.wait(60)
    assert len(delivery.attempts) > 2
