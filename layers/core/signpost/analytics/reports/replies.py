"""Reports as JSON and CSV, both from the same rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from signpost.analytics.reports.query import Query
from signpost.analytics.reports.registry import Report
from signpost.analytics.reports.result import Cell, Matrix, Missing, Result, Table
from signpost.analytics.reports.supply import HOW
from signpost.platform.clock import rfc3339

OK, NO_DATA, WAITING = 200, 541, 542
WEEKDAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MATRIX_TITLES: Final = ("weekday", "hour", "value", "posts")
_SECRET: Final = "access_token"  # noqa: S105  (the parameter's name)


class Call(NamedTuple):
    """A request, and how long its answer took, in milliseconds. `at`: seconds since 1970."""

    url: str
    at: float
    load_ms: float = 0.0
    compute_ms: float = 0.0


def reply(
    report: Report,
    result: Result,
    query: Query,
    snapshot_at: float,
    call: Call,
    *,
    progress: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The whole body. Missing data is reported inside it, because nothing is wrong with the request.

    `progress`: that of the first sync, while it goes on.
    """
    if isinstance(result, Missing):
        response: dict[str, Any] = {
            "report-status": NO_DATA,
            "title": report.name,
            "kind": report.kind,
            "missing": list(result.what),
            "supply": {name: HOW[name] for name in result.what},
        }
    else:
        header, body = _table(result, query) if isinstance(result, Table) else _matrix(result)
        timings = {"load-time": f"{call.load_ms:.0f}ms", "computed-time": f"{call.compute_ms:.0f}ms"}
        response = {
            "report-status": OK,
            "title": report.name,
            "kind": report.kind,
            "report-header": {
                **timings,
                **header,
                "snapshot-at": rfc3339(snapshot_at),
                **({"progress": dict(progress)} if progress else {}),
            },
            "report-body": body,
        }
    return _envelope(call, response, None if isinstance(result, Matrix) else query)


def waiting(user_id: str, progress: Mapping[str, Any], query: Query, call: Call) -> dict[str, Any]:
    """The body for an account without a snapshot, whose first sync goes on: ask again later."""
    response = {
        "report-status": WAITING,
        "userid": user_id,
        "description": "user initialization not finished yet",
        "progress": dict(progress),
    }
    return _envelope(call, response, query)


def sheet(result: Table | Matrix, query: Query) -> Iterator[Sequence[object]]:
    """The lines of a CSV file: titles, then the rows that JSON has too. What is unknown is empty."""
    if isinstance(result, Matrix):
        yield _MATRIX_TITLES
        for weekday, values, counts in zip(WEEKDAYS, result.cells, result.counts, strict=True):
            yield from ((weekday, hour, *pair) for hour, pair in enumerate(zip(values, counts, strict=True)))
        return
    yield ("row", *result.columns)
    for number, cells in page(result, query):
        yield (number, *map(_sheet_cell, cells))


def page(table: Table, query: Query) -> Iterator[tuple[int, Sequence[Cell]]]:
    """The rows that the query asks for, each with its number in the whole table, counted from 0."""
    rows = table.rows[query.skip : query.skip + query.limit]
    return ((query.skip + index, table.cells(row)) for index, row in enumerate(rows))


def _table(table: Table, query: Query) -> tuple[dict[str, Any], dict[str, Any]]:
    rows = [{"row": number, **dict(zip(table.columns, cells, strict=True))} for number, cells in page(table, query)]
    header: dict[str, Any] = {"row-count": len(rows), "item-count": len(table.rows)}
    header |= {"based_on": list(table.based_on)} if table.based_on else {}
    header |= {"missing": list(table.missing)} if table.missing else {}
    return header, {"rows": rows, **({"summary": table.summary} if table.summary else {})}


def _matrix(matrix: Matrix) -> tuple[dict[str, Any], dict[str, Any]]:
    header = {"row-count": len(matrix.cells), "item-count": sum(map(sum, matrix.counts))}
    body = {"matrix": matrix.cells, "counts": matrix.counts}
    return header, {**body, **({"summary": matrix.summary} if matrix.summary else {})}


def _envelope(call: Call, response: dict[str, Any], query: Query | None) -> dict[str, Any]:
    page_asked = {"limit": query.limit, "skip": query.skip} if query else {}
    request = {**page_asked, "time": rfc3339(call.at), "url": _without_token(call.url)}
    return {"status": OK, "request": request, "response": response}


def _without_token(url: str) -> str:
    """People save replies and pass them on; the token must not go along."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != _SECRET]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def _sheet_cell(cell: Cell) -> object:
    if cell is None:
        return ""
    return cell if isinstance(cell, str | int | float) else " ".join(cell)
