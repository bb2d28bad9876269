"""Values that are remembered for some time, in as much memory as they may take."""

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from signpost.platform.clock import Clock

T = TypeVar("T")


class Cache(Generic[T]):
    """Up to `most` values by their keys, each for `seconds`. The one that was not asked for longest goes first."""

    def __init__(self, clock: "Clock", *, seconds: float, most: int) -> None:
        self._clock, self._seconds, self._most = clock, seconds, most
        self._entries: dict[Hashable, tuple[float, T]] = {}  # in the order of their last use

    def get(self, key: Hashable, read: Callable[[], T | None]) -> T | None:
        """What is remembered, or else what `read` gives. None is not remembered."""
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
