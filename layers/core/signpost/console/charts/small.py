"""Small charts: sparklines, the bar behind a label, stacked bars, progress."""

from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from signpost.console.charts.svg import element, number, percent
from signpost.console.words import count

_WIDTH, _HEIGHT, _EDGE = 88, 28, 3
_SERIES: Final = 6  # colours


def sparkline(values: Sequence[float], label: str) -> Markup:
    """A line of 88 by 28 pixels; from zero, so that a flat one looks flat."""
    largest = max(values, default=0.0) or 1.0
    last = max(len(values) - 1, 1)
    places = [
        (2 + index / last * (_WIDTH - 4), _HEIGHT - _EDGE - value / largest * (_HEIGHT - 2 * _EDGE))
        for index, value in enumerate(values)
    ]
    parts = []
    if places:
        path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in places)
        x, y = places[-1]
        parts = [element("path", d=path), element("circle", cx=x, cy=y, r=2)]
    box = f"0 0 {_WIDTH} {_HEIGHT}"
    says = f"{label}, from {count(values[0])} to {count(values[-1])}" if values else label
    return element("svg", *parts, class_="spark", view_box=box, role="img", aria_label=says)


def bar(share: float) -> Markup:
    """Lies behind a label; `share` of the largest one."""
    rect = element("rect", width=percent(min(1.0, max(0.0, share))), height="100%", rx=4)
    return element("svg", rect, class_="bar", aria_hidden="true")


def mini_bar(share: float) -> Markup:
    """Stands in a cell of a table; `share` of the largest one."""
    rect = element("rect", class_="c1", width=percent(min(1.0, max(0.0, share))), height=10, rx=1)
    return element("svg", rect, class_="mini", aria_hidden="true")


def stacked_bar(values: Sequence[float], label: str) -> Markup:
    """Parts of a whole, side by side, in the order of the series' colours; at most six of them."""
    whole = sum(values) or 1.0
    parts, begin = [], 0.0
    for order, value in enumerate(values[:_SERIES], 1):
        share = value / whole
        parts.append(element("rect", class_=f"c{order}", x=percent(begin), width=percent(share), height=10))
        begin += share
    return element("svg", *parts, class_="stacked", width="100%", height=10, role="img", aria_label=label)


def progress(done: float, label: str) -> Markup:
    """`done`: from 0 to 1."""
    share = min(1.0, max(0.0, done))
    track = element("rect", class_="track", width="100%", height=6, rx=3)
    fill = element("rect", class_="fill", width=percent(share), height=6, rx=3)
    return element(
        "svg",
        track,
        fill,
        class_="progress",
        role="progressbar",
        aria_label=label,
        aria_valuemin=0,
        aria_valuemax=100,
        aria_valuenow=round(share * 100),
    )
