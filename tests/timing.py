"""A clock that tests set, and things that happen at the same time."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass
class Time:
    value: float

    def __call__(self) -> float:
        return self.value


def at_the_same_time(number: int, work: Callable[[int], T]) -> list[T]:
    """Call `work` in as many threads, which start together, each with its number; returns the results."""
    start = threading.Barrier(number)

    def run(thread: int) -> T:
        start.wait()
        return work(thread)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(run, range(number)))
