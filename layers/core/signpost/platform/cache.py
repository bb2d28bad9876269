"""Values that are remembered for a limited time, in limited memory."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from signpost.platform.clock import Clock

T = TypeVar("T")


class Cache(Generic[T]):
    """Up to `most` values by their keys, each for `seconds`. The least recently used one goes first."""

    def __init__(self, clock: "Clock", *, seconds: float, most: int) -> None:
        self._clock, self._seconds, self._most = clock, seconds, most
        self._entries: dict[Hashable, tuple[float, T]] = {}  # least recently used first

    def get(self, key: Hashable, read: Callable[[], T | None]) -> T | None:
        """The value that is remembered, or else the one that `read` returns. None is not remembered."""
        now = self._clock()
        entry = self._entries.pop(key, None)
        if entry is None or not 0 <= now - entry[0] < self._seconds:
            value = read()
            if value is None:
                return None
            entry = (now, value)
            if len(self._entries) >= self._most:
                del self._entries[next(iter(self._entries))]
        self._entries[key] = entry
        return entry[1]

    def forget(self, key: Hashable) -> None:
        self._entries.pop(key, None)
