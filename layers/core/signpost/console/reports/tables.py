"""Tables of reports: which columns a page shows, and how their values read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from markupsafe import Markup

from signpost.analytics.reports.query import Query
from signpost.analytics.reports.registry import Report
from signpost.analytics.reports.replies import page
from signpost.analytics.reports.result import Table
from signpost.console import words
from signpost.console.charts.small import mini_bar
from signpost.console.reports import names
from signpost.console.reports.shapes import Cell, First, Head, Listing, Row

_LONGEST: Final = 120  # letters of a caption
_PICTURES: Final = "/instagram/pictures/"
_PERCENT: Final = ("by-reach", "by-views", "by-followers", "percent", "completion")
_POSTS: Final = ("likerscount", "commentscount", "engagement", "reach")
# By kind, and by name where a report differs: the columns beside the first one. Phones show only the one that sorts.
_COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "Posts": _POSTS,
    "engagement-rate": ("by-reach", "by-views", "by-followers", "engagement", "reach"),
    "link-clicks": ("clicks", "counted", "estimated", "iphone", "android", "other"),
    "Followers": ("value", "c1", "av1", "c2", "av2"),
    "People": ("value", "c1", "av1", "c2", "av2"),
    "Tags": ("value", "count"),
    "hashtag-lift": ("lift", "count", "median-with", "median-without"),
    "Types": ("engagement", "median", "likes", "comments", "reach", "by-reach", "count"),
    "Stories": ("reach", "views", "replies", "exits", "completion"),
}
_FIRST: Final = {"Posts": "Post", "Stories": "Story", "Types": "Format", "Tags": "Tag"}

Values = Mapping[str, Any]


class Links(NamedTuple):
    """Where rows lead. `of_member`: the reports of a member, by their id; empty if the page has no such address."""

    of_member: Callable[[str], str]


def listing(report: Report, table: Table, query: Query, links: Links) -> Listing:
    """The rows of a page of the report."""
    rows = [(number, dict(zip(table.columns, cells, strict=True))) for number, cells in page(table, query)]
    columns = _shown(report, rows)
    charted = report.charted if report.chart == "bars" else None
    largest = _largest(table, charted, rows)
    made = [
        Row(
            number=words.count(number + 1),
            first=_first(report, values, query, links),
            bar=_bar(values.get(charted), largest) if charted else Markup(),
            cells=[
                Cell(value(column, values[column]), _kind(index), strong=column == charted)
                for index, column in enumerate(columns)
            ],
        )
        for number, values in rows
    ]
    return Listing(
        title=column_name(report, charted) if charted else names.NAMES[report.name].title,
        first=_FIRST.get(report.kind, "Account") if report.name != "most-popular-taggedusers" else "Account",
        heads=[
            Head(column_name(report, each), _kind(index), is_sorted=each == report.charted)
            for index, each in enumerate(columns)
        ],
        rows=made,
        has_numbers=True,
        has_bars=charted is not None,
    )


def column_name(report: Report, column: str) -> str:
    if column == "value":
        return names.VALUES.get(report.name, "Value")
    return names.COLUMNS[column]


def value(column: str, given: Any) -> str:
    """As people read it; `words.UNKNOWN` for None."""
    if given is None:
        return words.UNKNOWN
    if isinstance(given, str):  # a number with its decimals
        whole, point, rest = given.partition(".")
        return f"{words.count(int(whole))}{point}{rest}" if whole.isdecimal() else given
    if column in _PERCENT:
        return f"{given:,.1f}%".replace("-", "−")  # noqa: RUF001  (a minus)
    return f"{given:,.2f}×" if column == "lift" else words.count(given)  # noqa: RUF001  (times)


def caption(text: str) -> str:
    """The first line that says something."""
    line = next((each.strip() for each in text.splitlines() if each.strip()), "")
    return f"{line[:_LONGEST].rstrip()}…" if len(line) > _LONGEST else line


def _shown(report: Report, rows: Iterable[tuple[int, Values]]) -> list[str]:
    """Without columns that nothing is known about, except the one that sorts."""
    wanted = _COLUMNS.get(report.name) or _COLUMNS[report.kind]
    found = list(rows)
    if report.kind in {"Followers", "People"}:
        counted = {"value"} if report.charted else set()
        same = {"Posts liked": "c1", "Comments": "c2"}.get(names.VALUES.get(report.name, ""), "")
        wanted = [each for each in wanted if (each != "value" or each in counted) and each != same]
    return [each for each in wanted if each == report.charted or any(row[each] is not None for _, row in found)]


def _kind(index: int) -> str:
    if index == 0:
        return "num"
    return "num col-md" if index < 3 else "num col-xl"  # noqa: PLR2004  (a tablet has room for three)


def _first(report: Report, row: Values, query: Query, links: Links) -> First:
    if report.kind in {"Posts", "Stories"}:
        return _post(row, query, is_story=report.kind == "Stories")
    if report.kind in {"Followers", "People"}:
        address = links.of_member(row["smaxx-id"]) if row["smaxx-id"] else ""
        return First(f"@{row['userid']}", "a member, too" if address else "", address)
    if report.kind == "Types":
        return First(names.FORMATS.get(row["val"], row["val"]))
    sign = {"most-popular-taggedusers": "@", "most-popular-filters": ""}.get(report.name, "#")
    return First(f"{sign}{row['val']}", picture=_picture(row.get("pic")))


def _post(row: Values, query: Query, *, is_story: bool) -> First:
    kind = "Story" if is_story else names.FORMATS.get(row["media-type"] or "", "Post")
    day = words.full_day(datetime.fromtimestamp(row["created"], query.zone))
    text = caption(row.get("title") or "") or (f"Story of {day}" if is_story else "No caption")
    return First(text, f"{kind}, {day}", words.web_address(row["permalink"]), _picture(row["pic"]))


def _picture(address: str | None) -> str:
    """Our own copies only: a page asks no other host for anything."""
    path = urlsplit(address or "").path
    return path if path.startswith(_PICTURES) else ""


def _largest(table: Table, charted: str | None, rows: Sequence[tuple[int, Values]]) -> float:
    """Of the whole table if it is sorted by that column, else of the page."""
    if charted is None:
        return 0.0
    first = dict(zip(table.columns, table.cells(table.rows[0]), strict=True)) if table.rows else {}
    return max((_number(each.get(charted)) for each in (first, *(row for _, row in rows))), default=0.0)


def _bar(given: Any, largest: float) -> Markup:
    return mini_bar(_number(given) / largest if largest else 0.0)


def _number(given: Any) -> float:
    return float(given or 0)
