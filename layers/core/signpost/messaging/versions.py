"""Versions: the order of all changes to what a user's apps show.

A version is a time in microseconds, moved on where needed so that no two changes in one user's partition have the same.
"""

from collections.abc import Iterator, Mapping

MICROSECONDS = 1_000_000


class Versions:
    """Gives out versions for one transaction; `moved` are the clocks that it has to move, from what to what."""

    def __init__(self, clocks: Mapping[int, int], now: float) -> None:
        self._clocks, self._now = clocks, int(now * MICROSECONDS)
        self._given: dict[int, int] = {}

    def next(self, user: int) -> int:
        last = self._given.get(user, self._clocks.get(user, 0))
        self._given[user] = max(last + 1, self._now)
        return self._given[user]

    def moved(self) -> Iterator[tuple[int, int, int]]:
        """User, the clock as it was read (0 if there is none), and as it has to be."""
        for user, version in self._given.items():
            yield user, self._clocks.get(user, 0), version
