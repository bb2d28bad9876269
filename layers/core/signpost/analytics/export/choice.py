"""Which entries of a zip are read: one for each part of each list."""

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from signpost.analytics.export.names import Kind, Wanted, leads_outside, wanted
from signpost.analytics.export.refusals import Unread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signpost.analytics.export.archive import Entry

Slot = tuple[Kind, int]


class Choice(NamedTuple):
    """`entries` may lack some of `slots`; then the zip has several different files for one, or only unusable ones."""

    slots: frozenset[Slot]
    entries: dict[Slot, tuple[Wanted, "Entry"]]
    refused: list[tuple[str, Unread]]


def choose(entries: "Iterable[Entry]") -> Choice:
    candidates: dict[Slot, list[tuple[Wanted, Entry]]] = defaultdict(list)
    refused: list[tuple[str, Unread]] = []
    slots: set[Slot] = set()
    for entry in entries:
        file = wanted(entry.path)
        if file is None:
            continue
        slots.add((file.kind, file.part))
        if leads_outside(entry.path) or entry.is_link:
            refused.append((entry.path, Unread.LINK if entry.is_link else Unread.OUTSIDE))
        else:
            candidates[file.kind, file.part].append((file, entry))
    chosen: dict[Slot, tuple[Wanted, Entry]] = {}
    for slot, files in candidates.items():
        best = min(file.rank for file, _ in files)
        same = [(file, entry) for file, entry in files if file.rank == best]
        if len({(entry.crc, entry.size) for _, entry in same}) == 1:
            chosen[slot] = same[0]
        else:
            refused.append((same[0][1].path, Unread.TWICE))
    in_order = sorted(chosen, key=lambda slot: (list(Kind).index(slot[0]), slot[1]))
    return Choice(frozenset(slots), {slot: chosen[slot] for slot in in_order}, refused)
