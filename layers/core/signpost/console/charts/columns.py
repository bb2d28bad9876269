"""Columns over time, before wider ones of the period before."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from signpost.console.charts.plots import Frame, Pin, Point, Wording, axis, pins, plot, point_group, time_labels
from signpost.console.charts.scales import from_zero
from signpost.console.charts.svg import element, percent

_WIDE, _NARROW = 0.88, 0.52  # of a point's width


def column_chart(
    points: Sequence[Point], wording: Wording, *, height: int = 226, all_pins: Iterable[Pin] = ()
) -> Markup:
    values = (each for point in points for each in (point.value, point.before) if each is not None)
    frame = Frame(from_zero(max(values, default=0.0)), height)
    columns = Markup("").join(
        point_group(
            points,
            index,
            wording,
            frame,
            marks=_columns(point, index, len(points), frame),
            y=_top(point, frame),
        )
        for index, point in enumerate(points)
    )
    return plot(
        frame, wording, axis(frame), time_labels(points, frame, from_start=True), columns, pins(all_pins, frame)
    )


def _columns(point: Point, index: int, points: int, frame: Frame) -> list[Markup]:
    drawn = []
    for value, width, kind in ((point.before, _WIDE, "col soft"), (point.value, _NARROW, "col")):
        if value:
            x, y = (index + (1 - width) / 2) / points, frame.y(value)
            drawn.append(
                element("rect", class_=kind, x=percent(x), width=percent(width / points), y=y, height=frame.base - y)
            )
    return drawn


def _top(point: Point, frame: Frame) -> float:
    return frame.y(max(point.value or 0.0, point.before or 0.0))
