"""The application as people use it: `make run` in its own process, over HTTP."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import requests
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.browser import SEEN_MS, noted

ROOT = Path(__file__).parent.parent.parent
USER, PASSWORD = "owner", "correct horse"
FALLBACK = "https://fallback.example/"
READY_S = 120.0


class Running(NamedTuple):
    url: str
    output: list[str]
    process: subprocess.Popen[str]


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Returns as soon as `condition` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} within {seconds} s"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    expect.set_options(timeout=SEEN_MS)
    with sync_playwright() as playwright:
        # Chromium's sandbox does not work as root, and only local pages are opened.
        browser = playwright.chromium.launch(executable_path=noted(), args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def make_run() -> Iterator[Running]:
    """`make run` with settings of its own on a free port."""
    environment = {
        **os.environ,
        **dict.fromkeys(("PORT", "DATA_PORT", "META_PORT", "OUTBOX_PORT"), "0"),
        "DEMO": "small",
        "ADMIN_USER": USER,
        "ADMIN_PASSWORD": PASSWORD,
        "FALLBACK_URL": FALLBACK,
        "PYTHONPATH": f"{ROOT}/functions:{ROOT}/layers/core:{ROOT}",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "local"],
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        output: list[str] = []
        reader = threading.Thread(target=lambda: output.extend(process.stdout or ()))
        reader.start()
        wait_until(lambda: any("Ctrl-C" in line for line in output), READY_S, "the stack is up")
        url = next(word for line in output for word in line.split() if word.startswith("http"))
        yield Running(url.rstrip("/"), output, process)
        process.send_signal(signal.SIGTERM)
        process.wait(READY_S)
        reader.join()


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    """A browser's session. Tests tell it not to follow redirects, which lead out of this machine."""
    with requests.Session() as session:
        session.headers["User-Agent"] = (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36"
        )
        yield session
