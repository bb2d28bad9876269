"""Waiting, with a deadline that only something broken misses."""

import time
from collections.abc import Callable

DEADLINE_S = 120.0


def until(condition: Callable[[], object]) -> None:
    """Wait until `condition` holds; fail when it does not in time."""
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
