"""An execution environment's cache of campaigns, with bounded memory."""

from collections import OrderedDict
from typing import NamedTuple

from signpost.tracking.redirect.destinations import Destination

MOST = 10_000  # links, and as many keys that lead nowhere


class Entry(NamedTuple):
    destination: Destination | None
    read_at: float
    look_again_at: float


class Memory:
    """Links by their keys, and keys that lead nowhere. The least recently used are dropped first.

    The two are separate, so that a flood of made-up keys cannot push out the links, which redirects need while DynamoDB
    is down.
    """

    def __init__(self) -> None:
        self._links: OrderedDict[str, Entry] = OrderedDict()
        self._nothing: OrderedDict[str, Entry] = OrderedDict()

    def get(self, key: str) -> Entry | None:
        for entries in (self._links, self._nothing):
            if (entry := entries.get(key)) is not None:
                entries.move_to_end(key)
                return entry
        return None

    def put(self, key: str, entry: Entry) -> None:
        known, other = self._links, self._nothing
        if entry.destination is None:
            known, other = other, known
        other.pop(key, None)
        known[key] = entry
        known.move_to_end(key)
        if len(known) > MOST:
            known.popitem(last=False)
