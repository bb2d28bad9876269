"""A week by hours: 7 rows of 24 cells; on phones 24 rows of 7, where cells are large enough to touch."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup

from signpost.console.charts.svg import HALF, element, percent

DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_HOURS: Final = 24
_CLASSES: Final = 7  # colours
_CELL: Final = 30  # pixels down
_HEAD: Final = 20
_GAP: Final = 2
_LETTER: Final = 6.8


class Cell(NamedTuple):
    """`value` decides the colour; None if there is no data. `says`: such as "4.2%, 12 posts"."""

    value: float | None
    says: str


class _Place(NamedTuple):
    x: float
    width: float
    y: float


def heat_map(rows: Sequence[Sequence[Cell]], title: str, *, low: float = 0.0) -> Markup:
    """Both maps; a stylesheet hides one. `rows`: 7 days from Sunday, each of 24 hours. `low`: as in `classes`."""
    best = _best(rows)
    colours = classes([cell.value for row in rows for cell in row], low)
    return _map(rows, title, best, colours, across=_HOURS, kind="heat heat-wide") + _map(
        rows, title, best, colours, across=len(DAYS), kind="heat heat-tall"
    )


def classes(values: Sequence[float | None], low: float = 0.0) -> list[int | None]:
    """The colour of each value: equal steps from `low` to the largest; the lowest only for `low` and less."""
    largest = max((value for value in values if value is not None), default=0.0)
    return [None if value is None else _class(value - low, largest - low) for value in values]


def _class(value: float, largest: float) -> int:
    if value <= 0 or largest <= 0:
        return 0
    return min(_CLASSES - 1, 1 + int(value / largest * (_CLASSES - 1) * 0.999999))


def _best(rows: Sequence[Sequence[Cell]]) -> tuple[int, int] | None:
    found = [(cell.value, -day, -hour) for day, row in enumerate(rows) for hour, cell in enumerate(row) if cell.value]
    if not found:
        return None
    _, day, hour = max(found)
    return -day, -hour


def _map(
    rows: Sequence[Sequence[Cell]],
    title: str,
    best: tuple[int, int] | None,
    colours: Sequence[int | None],
    *,
    across: int,
    kind: str,
) -> Markup:
    is_wide = across == _HOURS
    down = len(DAYS) if is_wide else _HOURS
    cells, ring = [], Markup("")
    for day, row in enumerate(rows):
        for hour, cell in enumerate(row):
            column, line = (hour, day) if is_wide else (day, hour)
            place = _Place(column / across, 1 / across, _HEAD + line * _CELL)
            is_best = (day, hour) == best
            stop = is_best or (best is None and (day, hour) == (0, 0))
            cells.append(_cell(cell, colours[day * _HOURS + hour], place, f"{DAYS[day]} {hour:02}:00", stop=stop))
            if is_best:
                ring = element("rect", class_="best", **_box(place))
    heads = [
        element(
            "text", DAYS[each][:3] if is_wide else f"{each:02}:00", x=-8, y=_HEAD + each * _CELL + 19, text_anchor="end"
        )
        for each in range(down)
    ]
    tops = [
        element(
            "text",
            f"{each:02}" if is_wide else DAYS[each][:2],
            x=percent((each + 0.5) / across),
            y=12,
            text_anchor="middle",
        )
        for each in range(0, across, 3 if is_wide else 1)
    ]
    height = _HEAD + down * _CELL
    return element(
        "svg", *heads, *tops, *cells, ring, class_=kind, width="100%", height=height, role="group", aria_label=title
    )


def _cell(cell: Cell, colour: int | None, place: _Place, name: str, *, stop: bool) -> Markup:
    says = cell.says if cell.value is not None else "No data"
    rect = element("rect", class_="none" if colour is None else f"q{colour}", rx=3, **_box(place))
    width = 20 + _LETTER * max(len(says), len(name))
    left = 14.0 if place.x < HALF else -14 - width
    tip = element(
        "svg",
        element("rect", x=left, width=width, height=42, rx=6),
        element("text", says, x=left + 10, y=17),
        element("text", name, class_="t2", x=left + 10, y=33),
        class_="tip",
        x=percent(place.x + place.width / 2),
        y=place.y - 6,
        overflow="visible",
    )
    return element("g", rect, tip, class_="cell", role="img", tabindex=0 if stop else -1, aria_label=f"{name}: {says}")


def _box(place: _Place) -> dict[str, str | float]:
    return {
        "x": percent(place.x + 0.001),
        "width": percent(place.width - 0.002),
        "y": place.y,
        "height": float(_CELL - _GAP),
    }


def ramp() -> Markup:
    """The colours side by side, from the lowest to the highest."""
    rects = (element("rect", class_=f"q{each}", x=each * 18, width=17, height=12, rx=2) for each in range(_CLASSES))
    return element("svg", *rects, aria_hidden="true")
