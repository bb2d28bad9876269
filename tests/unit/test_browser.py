"""Which browser the tests of pages use."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e import browser


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int], str]:
    """Put a program that exits with this code on PATH, which is otherwise empty."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(browser, "NOTE", tmp_path / "note")
    monkeypatch.setattr(browser, "_playwrights", lambda: str(tmp_path / "none"))

    def put(name: str, code: int) -> str:
        path = tmp_path / name
        path.write_text(f"#!/bin/sh\nexit {code}\n", encoding="utf-8")
        path.chmod(0o755)
        return str(path)

    return put


def test_a_browser_that_does_not_start_is_skipped(program: Callable[[str, int], str]) -> None:
    program("chromium", 1)  # such as a package that only leads to a snap
    assert browser.runs(program("google-chrome", 0))
    assert browser.noted() == program("google-chrome", 0)


def test_the_recorded_browser_is_used_as_long_as_it_starts(program: Callable[[str, int], str]) -> None:
    program("chromium", 0)
    mine = program("of-my-own", 0)
    browser.NOTE.write_text(mine + "\n", encoding="utf-8")
    assert browser.noted() == mine
    program("of-my-own", 1)
    assert browser.noted() == program("chromium", 0)


def test_the_named_browser_comes_first(program: Callable[[str, int], str], monkeypatch: pytest.MonkeyPatch) -> None:
    program("chromium", 0)
    monkeypatch.setenv("CHROMIUM", program("another", 0))
    assert browser.noted() == program("another", 0)
    assert browser.main() == 0
    assert browser.NOTE.read_text(encoding="utf-8") == program("another", 0) + "\n"


def test_without_a_browser_the_error_says_what_to_install(program: Callable[[str, int], str]) -> None:
    program("chromium", 1)
    with pytest.raises(RuntimeError, match="apt-get install chromium"):
        browser.noted()
