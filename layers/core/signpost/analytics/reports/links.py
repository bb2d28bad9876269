"""link-clicks: what tracked links brought, by post, day and platform."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from signpost.analytics.reports import posts
from signpost.analytics.reports.result import Missing, Result, Scope, Table
from signpost.analytics.snapshot import PostClicks

_PLATFORMS: Final = ("Android", "IPhone", "WindowsPhone", "other")
_NAMES: Final = ("clicks", "counted", "estimated", "android", "iphone", "windowsphone", "other")
COLUMNS: Final = (*posts.COLUMNS, *_NAMES)


_NUMBERS: Final = {platform: index for index, platform in enumerate(_PLATFORMS, start=3)}


def link_clicks(scope: Scope) -> Result:
    """Posts by the clicks that they brought in the chosen time, most first; posts that brought none are left out."""
    if scope.snapshot.clicks is None:
        return Missing(("clicks",))
    start, end = scope.range()
    by_post: dict[str | None, list[int]] = {}
    by_hour: dict[int, list[int]] = {}
    for each in scope.snapshot.clicks:
        if start <= each.hour < end:
            _add(by_post.setdefault(each.post, [0] * len(_NAMES)), each)
            _add(by_hour.setdefault(each.hour, [0] * len(_NAMES)), each)
    rows = [(post, by_post[post.id]) for post in scope.snapshot.posts if post.id in by_post]
    rows.sort(key=lambda row: (-row[1][0], row[0].id))
    total = _sum(by_hour.values())
    summary = {
        "total": _named(total),
        "without-post": total[0] - sum(numbers[0] for _, numbers in rows),
        "days": [{"day": day, **_named(numbers)} for day, numbers in _days(by_hour, scope.zone)],
    }
    return Table(COLUMNS, rows, lambda row: (*posts.cells(row[0]), *row[1]), summary=summary)


def _add(numbers: list[int], clicks: PostClicks) -> None:
    """All, counted, estimated, and those of each platform."""
    numbers[0] += clicks.clicks
    numbers[2 if clicks.estimated else 1] += clicks.clicks
    numbers[_NUMBERS.get(clicks.platform, _NUMBERS["other"])] += clicks.clicks


def _sum(rows: Iterable[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip([0] * len(_NAMES), *rows, strict=True)]


def _days(hours: Mapping[int, list[int]], zone: ZoneInfo) -> list[tuple[str, list[int]]]:
    found: dict[str, list[list[int]]] = {}
    for hour, numbers in sorted(hours.items()):
        found.setdefault(datetime.fromtimestamp(hour, zone).date().isoformat(), []).append(numbers)
    return [(day, _sum(rows)) for day, rows in found.items()]


def _named(numbers: Sequence[int]) -> dict[str, int]:
    return dict(zip(_NAMES, numbers, strict=True))
