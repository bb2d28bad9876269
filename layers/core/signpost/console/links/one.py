"""The figures of one link over a period."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from markupsafe import Markup

from signpost.console import periods, words
from signpost.console.charts.lines import line_chart
from signpost.console.charts.plots import Pin, Point, Wording
from signpost.console.charts.small import bar
from signpost.console.links import names
from signpost.console.periods import Period
from signpost.tracking.reports.statistics import By
from signpost.tracking.reports.views import Share, StatisticsView

_MOST: Final = 6  # rows of a breakdown
TITLES: Final[Mapping[By, str]] = {
    "platform": "Platform",
    "country": "Country",
    "referrer": "Referrer",
    "browser": "Browser",
    "os": "System",
    "source": "Source (src=)",
}


class BarRow(NamedTuple):
    name: str
    clicks: str
    share: str
    bar: Markup
    dim: bool


class BarList(NamedTuple):
    key: By
    title: str
    rows: list[BarRow]


class Figures(NamedTuple):
    clicks: str
    change: words.Change | None
    earlier: str
    visitors: str
    visitors_note: str
    busiest: str
    busiest_name: str
    bots: str


def starts(now: StatisticsView, zone: ZoneInfo) -> list[datetime]:
    """Of the hours or days of the chart."""
    return [datetime.fromisoformat(each.start).astimezone(zone) for each in now.series]


def chart_points(now: StatisticsView, earlier: StatisticsView, period: Period, zone: ZoneInfo) -> list[Point]:
    clicks, before = ([each.clicks for each in view.series] for view in (now, earlier))
    return periods.points(starts(now, zone), clicks, before, period)


def chart(points: Sequence[Point], title: str, period: Period, all_pins: Iterable[Pin] = ()) -> Markup:
    before = None if period.key == "12m" else f"{period.long_name} before"
    step = {"24h": "hour", "12m": "month"}.get(period.key, "day")
    return line_chart(
        points, Wording(f"Clicks per {step} of {title}, {period.long_name}", before=before), all_pins=all_pins
    )


def table_rows(points: Sequence[Point]) -> list[tuple[str, ...]]:
    """Newest first."""
    return [(each.name, words.count(each.value), words.count(each.before)) for each in reversed(points)]


def figures(
    now: StatisticsView, earlier: StatisticsView, points: Sequence[Point], utc: StatisticsView | None
) -> Figures:
    """`utc`: the same days in UTC, by which visitors are counted; None where the period has no whole days."""
    clicks, before = now.totals.clicks, earlier.totals.clicks
    best = max(points, key=lambda each: each.value or 0, default=None)
    visitors = sum(each.visitors or 0 for each in utc.series) if utc else None
    if not visitors and clicks:
        visitors = None  # they are known once a day is over
    return Figures(
        clicks=words.count(clicks),
        change=words.change(clicks, before),
        earlier=words.count(before),
        visitors=words.count(visitors),
        visitors_note=_visitors_note(visitors, is_by_day=utc is not None),
        busiest=words.count(best.value if best and best.value else None),
        busiest_name=best.name if best and best.value else "no clicks yet",
        bots=words.count(now.totals.bots),
    )


def _visitors_note(visitors: int | None, *, is_by_day: bool) -> str:
    if not is_by_day:
        return "known for whole days only"
    return "known once the UTC day is over" if visitors is None else "each counted once a UTC day"


def bar_lists(breakdowns: Mapping[By, Sequence[Share]]) -> list[BarList]:
    return [BarList(by, title, bar_rows(by, breakdowns.get(by, ()))) for by, title in TITLES.items()]


def bar_rows(by: By, shares: Sequence[Share]) -> list[BarRow]:
    """The largest, the others as one, and what is not known; those last."""
    whole = sum(each.clicks for each in shares)
    known: list[tuple[str, int]] = []
    rest: dict[str, int] = {}
    for each in shares:
        name, is_last = names.part_name(by, each.name)
        if is_last:
            rest[name] = rest.get(name, 0) + each.clicks
        else:
            known.append((name, each.clicks))
    if len(known) > _MOST:
        rest["Others"] = rest.get("Others", 0) + sum(clicks for _, clicks in known[_MOST - 1 :])
        known = known[: _MOST - 1]
    largest = max([clicks for _, clicks in known] + list(rest.values()), default=0)
    rows = [(name, clicks, False) for name, clicks in known] + [(name, clicks, True) for name, clicks in rest.items()]
    return [
        BarRow(name, words.count(clicks), words.share(clicks, whole), bar(clicks / largest), dim)
        for name, clicks, dim in rows
    ]
