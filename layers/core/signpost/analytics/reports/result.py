"""The result of a report: a table, a matrix, or nothing because data is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from signpost.analytics.snapshot import Snapshot

_PICTURE: Final = "pic"  # the column
Cell = str | int | float | bool | None | Sequence[str]


class Scope(NamedTuple):
    """What a report is about. `start` and `end` (seconds since 1970) limit its posts, days and stories."""

    snapshot: Snapshot
    zone: ZoneInfo
    start: float | None = None
    end: float | None = None
    members: Mapping[str, str] = {}  # the ids of members, by username in lower case

    def chosen(self) -> Snapshot:
        if self.start is None and self.end is None:
            return self.snapshot
        return self.snapshot.between(*self.range())

    def range(self) -> tuple[float, float]:
        return (
            float("-inf") if self.start is None else self.start,
            float("inf") if self.end is None else self.end,
        )


@dataclass(frozen=True)
class Table:
    """`rows` are in order; `cells` turns one of them into values, in the order of `columns`.

    Only the rows of a page are turned into values. `based_on` says which data the numbers come from, if a report uses
    whatever there is; `summary` is about the table as a whole; `missing` names data without which rows are missing.
    """

    columns: tuple[str, ...]
    rows: Sequence[Any]
    cells: Callable[[Any], Sequence[Cell]]
    based_on: tuple[str, ...] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matrix:
    """7 rows, Sunday first, of 24 hours. `counts`: how many posts each cell is about."""

    cells: Sequence[Sequence[str | float]]
    counts: Sequence[Sequence[int]]
    based_on: tuple[str, ...] = ()
    summary: Mapping[str, Any] = field(default_factory=dict)


def with_host(result: "Result", host: str) -> "Result":
    """With our host added to the addresses of our copies of pictures, which snapshots keep without it."""
    if not isinstance(result, Table) or _PICTURE not in result.columns:
        return result
    place, cells = result.columns.index(_PICTURE), result.cells

    def whole(row: Any) -> Sequence[Cell]:
        found = list(cells(row))
        picture = found[place]
        if isinstance(picture, str) and picture.startswith("/"):
            found[place] = f"{host}{picture}"
        return found

    return replace(result, cells=whole)


class Missing(NamedTuple):
    """The report cannot be made: `what` names the missing data, as `supply.HOW` does."""

    what: tuple[str, ...]


Result = Table | Matrix | Missing
