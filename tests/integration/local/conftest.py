"""Waiting, with a deadline."""

import time
from collections.abc import Callable

import pytest

DEADLINE_S = 20.0


def until(condition: Callable[[], object], deadline_s: float = DEADLINE_S) -> None:
    """Wait until `condition` holds; fail when it does not in time."""
    end = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture(name="until", scope="session")
def until_fixture() -> Callable[..., None]:
    return until
