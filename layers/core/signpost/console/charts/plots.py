"""What charts over time have in common: points, the value axis, time labels, tips and pins.

Across, positions are percentages of the width, so that text keeps its size on any screen; down, they are pixels.
"""

from collections.abc import Iterable, Sequence
from math import ceil
from typing import Final, NamedTuple

from markupsafe import Markup

from signpost.console.charts.scales import Scale
from signpost.console.charts.svg import HALF, element, percent
from signpost.console.words import count

TOP: Final = 24  # pixels above the highest line
BOTTOM: Final = 28  # below the zero line: the time labels
_TIP_HEIGHT: Final = 58
_LETTER: Final = 6.8  # pixels, of tabular figures at 12 px
_PIN_STEP: Final = 21  # pixels from one level of pins to the next
_PIN_WIDTH: Final = 0.07  # of the width, of a phone's chart
_WIDE: Final = 10_000  # from here on, the value axis has five digits


class Point(NamedTuple):
    """One hour or day. `value`: None if it is still to come, or unknown. `before`: the same in the period before."""

    label: str  # on the axis
    name: str  # in the tip: "Thu 5 Nov"
    value: float | None
    before: float | None = None
    unfinished: bool = False  # the running one


class Pin(NamedTuple):
    """A numbered post at `at`, from 0 to 1 across; those that would lie on one another are on different `level`s."""

    at: float
    number: int
    level: int = 0


class Wording(NamedTuple):
    """How a chart speaks: "Clicks per day of bio", "click", "clicks", "30 days before"."""

    title: str
    one: str = "click"
    many: str = "clicks"
    before: str | None = None

    def says(self, value: float | None) -> str:
        if value is None:
            return "Still to come"
        return f"{count(value)} {self.one if value == 1 else self.many}"


class Frame(NamedTuple):
    """The area that values are drawn in."""

    scale: Scale
    height: int

    @property
    def base(self) -> float:
        return self.height - BOTTOM

    def y(self, value: float) -> float:
        return self.base - self.scale.share(value) * (self.base - TOP)

    @property
    def is_wide(self) -> bool:
        return self.scale.high >= _WIDE


def axis(frame: Frame) -> Markup:
    """Grid lines at round numbers, with the numbers left of them."""
    parts = []
    for value in frame.scale.lines:
        y = frame.y(value)
        kind = "axis" if value == frame.scale.low else "grid"
        parts.append(element("line", class_=kind, x1="0", x2="100%", y1=y, y2=y))
        parts.append(element("text", count(value), x=-8, y=y + 4, text_anchor="end"))
    return Markup("").join(parts)


def time_labels(points: Sequence[Point], frame: Frame, *, from_start: bool = False) -> Markup:
    """About every tenth of the width; two of three of them go on phones."""
    step = ceil(len(points) / 10) if points else 1
    chosen = range(0, len(points), step) if from_start else range(len(points) - 1, -1, -step)
    narrow = 2 if from_start else 3
    return Markup("").join(
        element(
            "text",
            points[index].label,
            class_="t-wide" if order % narrow else None,
            x=percent(middle(index, len(points))),
            y=frame.height - 8,
            text_anchor="middle",
        )
        for order, index in enumerate(chosen)
    )


def middle(index: int, points: int) -> float:
    return (index + 0.5) / points


def tip(point: Point, wording: Wording, at: float, y: float, frame: Frame) -> Markup:
    """Beside the point: right of it in the left half, left of it in the right half."""
    lines = [wording.says(point.value), point.name]
    if wording.before is not None and point.before is not None:
        lines.append(f"{wording.before}: {count(point.before)}")
    width = 20 + _LETTER * max(map(len, lines))
    height = _TIP_HEIGHT - 16 * (3 - len(lines))
    left = 14.0 if at < HALF else -14 - width
    texts = [
        element("text", line, class_="t2" if order else None, x=left + 10, y=17 + 16 * order)
        for order, line in enumerate(lines)
    ]
    top = min(max(0.0, y - height / 2), frame.base - height)
    box = element("rect", x=left, width=width, height=height, rx=6)
    return element("svg", box, *texts, class_="tip", x=percent(at), y=top, overflow="visible")


def point_group(
    points: Sequence[Point], index: int, wording: Wording, frame: Frame, *, marks: Iterable[Markup], y: float
) -> Markup:
    """A point that can be pointed at and focused. The last one that has a value is the chart's tab stop."""
    point, at = points[index], middle(index, len(points))
    hit = element(
        "rect",
        class_="hit",
        x=percent(index / len(points)),
        y=TOP,
        width=percent(1 / len(points)),
        height=frame.base - TOP,
    )
    return element(
        "g",
        hit,
        *marks,
        tip(point, wording, at, y, frame),
        class_="pt",
        role="img",
        tabindex=0 if index == _tab_stop(points) else -1,
        aria_label=f"{point.name}: {wording.says(point.value)}",
    )


def _tab_stop(points: Sequence[Point]) -> int:
    known = [index for index, point in enumerate(points) if point.value is not None]
    return known[-1] if known else len(points) - 1


def pins(all_pins: Iterable[Pin], frame: Frame) -> Markup:
    drawn = []
    for pin in all_pins:
        x, y = percent(min(1.0, max(0.0, pin.at))), TOP - 6 + _PIN_STEP * pin.level
        line = element("line", x1=x, x2=x, y1=y + 8, y2=frame.base)
        circle = element("circle", cx=x, cy=y, r=9)
        drawn.append(
            element("g", line, circle, element("text", str(pin.number), x=x, y=y + 4), class_="pin", aria_hidden="true")
        )
    return Markup("").join(drawn)


def spread(places: Iterable[tuple[float, int]]) -> list[Pin]:
    """Pins at these places with these numbers, below one another where there is no room side by side on a phone."""
    made: list[Pin] = []
    for at, number in sorted(places):
        taken = {each.level for each in made if at - each.at < _PIN_WIDTH}
        made.append(Pin(at, number, next(level for level in range(len(made) + 1) if level not in taken)))
    return made


def plot(frame: Frame, wording: Wording, *content: Markup) -> Markup:
    return element(
        "svg",
        *content,
        class_="plot wide-y" if frame.is_wide else "plot",
        width="100%",
        height=frame.height,
        role="group",
        aria_label=wording.title,
    )
