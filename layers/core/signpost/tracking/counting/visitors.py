"""Counts different visitors in bounded memory.

Visitors are pseudonyms of 64 bits that are as good as random (`clicks.visitor`). Up to `MOST` of them are kept, which
gives an exact number. Beyond that, only the smallest are kept: the largest of them shows how dense all of them are, and
so how many there are ("bottom-k" or "k minimum values": Bar-Yossef et al., "Counting distinct elements in a data
stream", 2002; Beyer et al., "On synopses for distinct-value estimation", 2007). The standard error is 1/sqrt(MOST - 2).

Adding the same visitor or the same sketch again changes nothing, and the order does not matter.
"""

from collections.abc import Iterable
from heapq import nsmallest
from typing import NamedTuple

MOST = 10_000  # of 8 bytes each: a fifth of what an item may hold
_ALL = 2**64


class VisitorCount(NamedTuple):
    number: int
    approximate: bool = False  # with a standard error of 1 %


class Visitors:
    """Has at most twice `most` in memory, and at most `most` of them `kept`."""

    def __init__(self, kept: Iterable[int] = (), *, more: bool = False, most: int = MOST) -> None:
        """Continues from what was `kept` before, and whether there were `more`."""
        self._found, self._more, self._most = set(kept), more, most
        self._end = max(self._found) if more else _ALL  # larger ones cannot be among the smallest

    def add(self, pseudonym: int) -> None:
        if pseudonym < self._end:
            self._found.add(pseudonym)
            if len(self._found) >= 2 * self._most:
                self._keep_the_smallest()

    def merge(self, other: "Visitors") -> None:
        self._more |= other.more
        for pseudonym in other.kept:
            self.add(pseudonym)

    @property
    def kept(self) -> list[int]:
        """In order."""
        self._keep_the_smallest()
        return sorted(self._found)

    @property
    def more(self) -> bool:
        """Whether others were left out."""
        self._keep_the_smallest()
        return self._more

    def count(self) -> VisitorCount:
        if not self.more:
            return VisitorCount(len(self._found))
        return VisitorCount(round((self._most - 1) * _ALL / max(1, *self._found)), approximate=True)

    def _keep_the_smallest(self) -> None:
        if len(self._found) > self._most:
            self._found = set(nsmallest(self._most, self._found))
            self._end, self._more = max(self._found), True
