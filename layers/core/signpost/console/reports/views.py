"""A report as a page shows it: figures, a chart, a table; or what is missing; or how far the first sync is."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

from signpost.analytics.reports.query import Query
from signpost.analytics.reports.registry import Report
from signpost.analytics.reports.replies import page
from signpost.analytics.reports.result import Matrix, Missing, Result, Table
from signpost.analytics.reports.supply import HOW
from signpost.console import words
from signpost.console.charts.columns import column_chart
from signpost.console.charts.lines import line_chart
from signpost.console.charts.plots import Point, Wording
from signpost.console.charts.small import bar, progress
from signpost.console.reports import names
from signpost.console.reports.shapes import Absent, BarCard, BarRow, Chart, Content, Figure, Pager, Waiting
from signpost.console.reports.tables import Links, listing, value
from signpost.console.reports.weeks import week

_MOST_POINTS: Final = 120  # of a chart: more are narrower than a finger, and make a page of megabytes
_MOST_BARS: Final = 12
_MINUTE: Final = 60


class Shown(NamedTuple):
    """Where and when a report is shown. `page_at`: the address of the page whose first row this is."""

    snapshot_at: float
    links: Links
    page_at: Callable[[int], str]


def content(report: Report, result: Result, query: Query, shown: Shown) -> Content:
    if isinstance(result, Missing):
        return Content(absent=_absent(result.what))
    if isinstance(result, Matrix):
        return week(report, result, query, shown.snapshot_at)
    if report.name in {"growth", "audience"}:
        return _growth(result, query) if report.name == "growth" else _audience(result)
    made = Content(listing=listing(report, result, query, shown.links), pager=_pager(result, query, shown))
    if report.name == "engagement-rate":
        return made._replace(figures=_rates(result.summary))
    if report.name == "link-clicks":
        return made._replace(figures=_clicks(result.summary), chart=_clicks_by_day(result.summary["days"]))
    return made


def waiting(phase: str, done: int | None, total: int | None, eta_seconds: float | None) -> Content:
    """For a first sync that goes on."""
    parts = []
    if total:
        parts.append(f"{words.count(done)} of {words.count(total)}")
    elif done:
        parts.append(f"{words.count(done)} so far")
    if eta_seconds:
        minutes = max(1, round(eta_seconds / _MINUTE))
        parts.append(f"about {minutes} {'minute' if minutes == 1 else 'minutes'} left")
    share = min(1.0, (done or 0) / total) if total else 0.0
    text = names.PHASES.get(phase, names.PHASES["waiting"])
    return Content(waiting=Waiting(text, ", ".join(parts), progress(share, f"{text}: {share * 100:.0f}%")))


def _absent(missing: Sequence[str]) -> list[Absent]:
    """What is supplied in the same way is said once."""
    by_how: dict[str, list[str]] = {}
    for each in missing:
        by_how.setdefault(HOW[each], []).append(names.DATA.get(each, each))
    return [
        Absent(" and ".join([found[0], *(each[0].lower() + each[1:] for each in found[1:])]), how)
        for how, found in by_how.items()
    ]


def _pager(table: Table, query: Query, shown: Shown) -> Pager:
    number, first = len(table.rows), query.skip + 1
    last = min(number, query.skip + query.limit)
    here = f"{words.count(first)}–{words.count(last)} of {words.count(number)}" if last >= first else "None"  # noqa: RUF001
    return Pager(
        f"{here}, read on {words.moment(shown.snapshot_at, query.zone)}",
        shown.page_at(max(0, query.skip - query.limit)) if query.skip else "",
        shown.page_at(query.skip + query.limit) if last < number and last >= first else "",
    )


def _growth(table: Table, query: Query) -> Content:
    everything = query._replace(skip=0, limit=len(table.rows))
    rows: list[dict[str, Any]] = [dict(zip(table.columns, cells, strict=True)) for _, cells in page(table, everything)]
    days = [(date.fromisoformat(row["day"]), row) for row in rows]
    step = -(-len(days) // _MOST_POINTS) or 1
    chosen = days[(len(days) - 1) % step :: step]  # with the newest
    points = [Point(words.day(_noon(day)), words.weekday(_noon(day)), row["followers"]) for day, row in chosen]
    net, percent = table.summary["net"], table.summary["percent"]
    figures = [
        Figure("Followers", words.count(rows[-1]["followers"]) if rows else words.UNKNOWN, "as last counted"),
        Figure(
            "Change", f"{'+' if (net or 0) > 0 else ''}{words.count(net)}", f"{value('percent', percent)} in this time"
        ),
        Figure("Days counted", words.count(table.summary["days"])),
    ]
    listed = [
        (row["day"], *(value(each, row[each]) for each in ("followers", "net", "percent", "following", "posts")))
        for row in reversed(rows)
    ]
    drawing = line_chart(points, Wording("Followers, by day", "follower", "followers"), starts_at_zero=False)
    heads = ("Day", "Followers", "Change", "Change in %", "Following", "Posts")
    return Content(figures=figures, chart=Chart("Followers", drawing, heads, listed))


def _audience(table: Table) -> Content:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in table.rows:
        cells: dict[str, Any] = dict(zip(table.columns, table.cells(row), strict=True))
        found.setdefault(cells["dimension"], []).append(cells)
    return Content(
        bars=[
            BarCard(name, names.DIMENSIONS[name], _parts(name, rows), "Followers", "Share")
            for name, rows in found.items()
        ]
    )


def _parts(dimension: str, rows: Sequence[Mapping[str, Any]]) -> list[BarRow]:
    largest = max(row["count"] for row in rows) or 1
    shown, rest = rows[:_MOST_BARS], rows[_MOST_BARS:]
    made = [
        BarRow(
            names.GENDERS.get(row["val"], row["val"]) if dimension == "gender" else row["val"],
            words.count(row["count"]),
            value("percent", row["percent"]),
            bar(row["count"] / largest),
        )
        for row in shown
    ]
    if rest:
        number, percent = sum(row["count"] for row in rest), sum(row["percent"] or 0 for row in rest)
        made.append(BarRow("Others", words.count(number), value("percent", percent), bar(number / largest), dim=True))
    return made


def _rates(summary: Mapping[str, Any]) -> list[Figure]:
    return [
        Figure(
            f"{names.COLUMNS[name]}, mean",
            value("by-reach", found["mean"]),
            f"median {value('by-reach', found['median'])}, {words.count(found['posts'])} posts",
        )
        for name, found in summary.items()
    ]


def _clicks(summary: Mapping[str, Any]) -> list[Figure]:
    total, without = summary["total"], summary["without-post"]
    return [
        Figure("Clicks", words.count(total["clicks"]), "by people"),
        Figure("Counted", words.count(total["counted"] - without), "through a link or a source that names the post"),
        Figure("Estimated", words.count(total["estimated"]), "beyond the usual, in the 48 hours after a post"),
        Figure("Without a post", words.count(without), "the usual clicks of other links"),
    ]


def _clicks_by_day(days: Sequence[Mapping[str, Any]]) -> Chart | None:
    if not days:
        return None
    by_day = {date.fromisoformat(each["day"]): each["clicks"] for each in days}
    last = max(by_day)
    first = max(min(by_day), last - timedelta(days=_MOST_POINTS - 1))
    points = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        points.append(Point(words.day(_noon(day)), words.weekday(_noon(day)), by_day.get(day, 0)))
    heads = ("Day", "Clicks", "Counted", "Estimated")
    rows = [(each["day"], *(words.count(each[name]) for name in ("clicks", "counted", "estimated"))) for each in days]
    return Chart("Clicks, by day", column_chart(points, Wording("Clicks, by day")), heads, rows[::-1])


def _noon(day: date) -> datetime:
    """Words want a moment."""
    return datetime(day.year, day.month, day.day, 12)  # noqa: DTZ001  (only its day is shown)
