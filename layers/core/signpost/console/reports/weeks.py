"""Reports of 7 weekdays by 24 hours as pages show them."""

from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup

from signpost.analytics.reports.hours import ENOUGH, best_hours
from signpost.analytics.reports.query import Query
from signpost.analytics.reports.registry import Report
from signpost.analytics.reports.result import Matrix
from signpost.console import words
from signpost.console.charts.heat_map import DAYS, heat_map
from signpost.console.charts.heat_map import Cell as HeatCell
from signpost.console.charts.small import bar
from signpost.console.reports.shapes import (
    BarCard,
    BarRow,
    Cell,
    Chart,
    Content,
    First,
    Head,
    Listing,
    Recommendation,
    Row,
)

_MOST: Final = 8
_WORKDAYS: Final = range(1, 6)
_TITLES: Final = {
    "when-posting": "Posts per hour",
    "when-topost": "Likes per post, against the best hour",
    "best-time": "Engagement per post",
}
_HINTS: Final = {
    "when-posting": "The darkest hour has the most posts.",
    "when-topost": "An outline means no post in that hour yet.",
    "best-time": "An outline means no post in that hour yet. Hours with few posts are drawn towards the mean, so one "
    "lucky post does not lead.",
}


def week(report: Report, matrix: Matrix, query: Query, snapshot_at: float) -> Content:
    title = _TITLES[report.name]
    values = [[float(each) for each in row] for row in matrix.cells]
    known = [value for day, hour, value in _hours(values) if matrix.counts[day][hour]]
    low = min(known, default=0.0) if report.name == "best-time" else 0.0
    cells = [
        [_heat_cell(report, value, matrix.counts[day][hour]) for hour, value in enumerate(row)]
        for day, row in enumerate(values)
    ]
    ends = (_said(report, low), _said(report, max(known, default=0.0))) if known else None
    chart = Chart(
        title=title,
        drawing=heat_map(cells, f"{title} by weekday and hour", low=low),
        heads=("Hour", *(day[:3] for day in DAYS)),
        table=[(f"{hour:02}:00", *(_table_cell(cells[day][hour]) for day in range(len(DAYS)))) for hour in range(24)],
        hint=_HINTS[report.name],
        ramp=ends,
    )
    if report.name != "best-time":
        return Content(chart=chart)
    return _best(values, matrix, chart, words.moment(snapshot_at, query.zone))


def _heat_cell(report: Report, value: float, posts: int) -> HeatCell:
    if not posts:
        return HeatCell(None, "No post yet")
    number = "1 post" if posts == 1 else f"{words.count(posts)} posts"
    return HeatCell(value, number if report.name == "when-posting" else f"{_said(report, value)}, {number}")


def _said(report: Report, value: float) -> str:
    return f"{words.count(round(value))} per post" if report.name == "best-time" else f"{value * 100:.0f}%"


def _table_cell(cell: HeatCell) -> str:
    return words.UNKNOWN if cell.value is None else cell.says.partition(",")[0].removesuffix(" per post")


def _best(values: Sequence[Sequence[float]], matrix: Matrix, chart: Chart, read_at: str) -> Content:
    mean, posts = matrix.summary["mean"], matrix.summary["posts"]
    often = best_hours(matrix)
    if not often:
        return Content(chart=chart)
    value, day, hour = often[0]
    said = [f"{DAYS[day]} at {hour:02}:00"]
    in_week = next((each for each in often if each[1] in _WORKDAYS), None)
    if day not in _WORKDAYS and in_week:
        said.append(f"{DAYS[in_week[1]]} at {in_week[2]:02}:00")
    against = words.change(value, mean)
    under = (
        f"That hour brings {words.count(round(value))} likes, comments, saves and shares per post, "
        f"{against.text if against else 'as many as'} against the mean of {words.count(round(mean))}. "
        f"From {words.count(posts)} posts, read on {read_at}."
    )
    best = Listing(
        title="Best hours",
        first="Hour",
        heads=[Head("Posts", "num col-md"), Head("Per post"), Head("Against mean")],
        rows=[
            Row("", First(f"{DAYS[day]}, {hour:02}:00"), Markup(), _cells(matrix.counts[day][hour], value, mean))
            for value, day, hour in often[:_MOST]
        ],
        note=f"Hours with {ENOUGH} posts or more" if matrix.counts[day][hour] >= ENOUGH else "",
    )
    return Content(
        answer=Recommendation(said, under),
        chart=chart,
        listing=best,
        bars=[_by_weekday(values, matrix.counts)],
    )


def _cells(posts: int, value: float, mean: float) -> list[Cell]:
    change = words.change(value, mean)
    kind = f"num {change.kind}".rstrip() if change else "num"
    return [
        Cell(words.count(posts), "num col-md"),
        Cell(words.count(round(value))),
        Cell(change.text if change else words.UNKNOWN, kind, strong=True),
    ]


def _by_weekday(values: Sequence[Sequence[float]], counts: Sequence[Sequence[int]]) -> BarCard:
    means = []
    for day, row in enumerate(values):
        posts = sum(counts[day])
        means.append((sum(value * count for value, count in zip(row, counts[day], strict=True)) / (posts or 1), posts))
    largest = max(mean for mean, _ in means) or 1.0
    rows = [
        BarRow(name, words.count(round(mean)) if posts else words.UNKNOWN, words.count(posts), bar(mean / largest))
        for name, (mean, posts) in zip(DAYS, means, strict=True)
    ]
    return BarCard("weekday", "By weekday", rows, "Per post", "Posts")


def _hours(values: Sequence[Sequence[float]]) -> Iterable[tuple[int, int, float]]:
    return ((day, hour, value) for day, row in enumerate(values) for hour, value in enumerate(row))
