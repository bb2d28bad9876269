"""`make browser`: finds a Chromium for the tests of pages, or fetches one, and records where it is.

An installed one comes first ($CHROMIUM names another). Otherwise root on Debian or Ubuntu gets the distribution's, and
everybody else Playwright's own download. One that does not start with `--version`, such as Ubuntu's package that only
leads to a snap, does not count.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

NOTE: Final = Path(__file__).resolve().parents[2] / ".cache" / "browser"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_APT: Final = (
    ("apt-get", "update", "-qq"),
    ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"),
)
_STARTS_S: Final = 60
SEEN_MS: Final = 60_000  # Playwright's default of 5 s is too short on a busy machine
NONE: Final = (
    "No browser for the tests of pages: install Chromium (on Debian, as root: apt-get install chromium), "
    "or name one with CHROMIUM=<path>."
)


def noted() -> str:
    """The browser that was found. Raises RuntimeError when there is none."""
    found = next(filter(runs, _installed()), None)
    if found is None:
        raise RuntimeError(f"{NONE} `make browser` finds or fetches it.")
    return found


def runs(path: str) -> bool:
    """Whether there is a browser that starts."""
    if not os.access(path, os.X_OK):
        return False
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=_STARTS_S, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _installed() -> Iterator[str]:
    for name in (os.environ.get("CHROMIUM"), _note(), *NAMES):
        if name and (path := shutil.which(name)):
            yield path
    yield _playwrights()


def _note() -> str:
    return NOTE.read_text(encoding="utf-8").strip() if NOTE.exists() else ""


def _playwrights() -> str:
    """Where Playwright's own download is, or would be."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _found_or_fetched() -> Iterator[str]:
    """The installed ones, then those of each way to get one, which is tried only when its turn comes."""
    yield from _installed()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _say("Fetching Chromium from the distribution …")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in _APT:
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        yield from _installed()
    _say("Fetching Playwright's Chromium …")
    with_libraries = ["--with-deps"] if os.geteuid() == 0 else []
    install = [sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"]
    subprocess.run(install, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    yield _playwrights()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


def main() -> int:
    found = next(filter(runs, _found_or_fetched()), None)
    if found is None:
        _say(NONE)
        return 1
    if found != _note():
        NOTE.parent.mkdir(exist_ok=True)
        NOTE.write_text(found + "\n", encoding="utf-8")
        _say(f"Tests of pages use {found}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
