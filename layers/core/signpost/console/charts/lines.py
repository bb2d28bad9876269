"""A line over time, with an area below it where the axis begins at zero, and the period before as a dotted line."""

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from signpost.console.charts.plots import (
    TOP,
    Frame,
    Pin,
    Point,
    Wording,
    axis,
    middle,
    pins,
    plot,
    point_group,
    time_labels,
)
from signpost.console.charts.scales import around, from_zero
from signpost.console.charts.svg import element, number, percent

_WIDTH = 1000  # of the drawing that is stretched to the chart's width


def line_chart(
    points: Sequence[Point],
    wording: Wording,
    *,
    height: int = 320,
    all_pins: Iterable[Pin] = (),
    starts_at_zero: bool = True,
) -> Markup:
    values = [each for point in points for each in (point.value, point.before) if each is not None]
    largest, smallest = max(values, default=0.0), min(values, default=0.0)
    frame = Frame(from_zero(largest) if starts_at_zero else around(smallest, largest), height)
    return plot(
        frame,
        wording,
        axis(frame),
        time_labels(points, frame),
        _curves(points, frame, area=starts_at_zero),
        _last(points, frame),
        Markup("").join(
            point_group(
                points,
                index,
                wording,
                frame,
                marks=_marks(point, middle(index, len(points)), frame),
                y=_y(point, frame),
            )
            for index, point in enumerate(points)
        ),
        pins(all_pins, frame),
    )


def _curves(points: Sequence[Point], frame: Frame, *, area: bool) -> Markup:
    now = [point.value for point in points]
    whole = [None if point.unfinished else point.value for point in points]
    paths = []
    for run in _runs(now) if area else ():
        line = _path(run, len(points), frame)
        first, last = (number(middle(run[each][0], len(points)) * _WIDTH) for each in (0, -1))
        paths.append(
            element("path", class_="area", d=f"{line}L{last} {number(frame.base)}L{first} {number(frame.base)}Z")
        )
    before = [point.before for point in points]
    paths += [element("path", class_="line prev", d=_path(run, len(points), frame)) for run in _runs(before)]
    paths += [element("path", class_="line", d=_path(run, len(points), frame)) for run in _runs(whole)]
    for index, point in enumerate(points):
        former = points[index - 1].value if index else None
        if point.unfinished and point.value is not None and former is not None:
            run = [(index - 1, former), (index, point.value)]
            paths.append(element("path", class_="line part", d=_path(run, len(points), frame)))
    return element(
        "svg",
        *paths,
        width="100%",
        height=frame.height,
        view_box=f"0 0 {_WIDTH} {frame.height}",
        preserve_aspect_ratio="none",
        aria_hidden="true",
    )


def _runs(values: Sequence[float | None]) -> list[list[tuple[int, float]]]:
    """The stretches without a gap."""
    runs: list[list[tuple[int, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index, value))
    return [run for run in runs if run]


def _path(run: Sequence[tuple[int, float]], points: int, frame: Frame) -> str:
    places = (f"{number(middle(index, points) * _WIDTH)} {number(frame.y(value))}" for index, value in run)
    return "M" + "L".join(places)


def _last(points: Sequence[Point], frame: Frame) -> Markup:
    """A dot where the line ends."""
    for index in range(len(points) - 1, -1, -1):
        value = points[index].value
        if value is not None:
            return element("circle", class_="now", cx=percent(middle(index, len(points))), cy=frame.y(value), r=4)
    return Markup("")


def _marks(point: Point, at: float, frame: Frame) -> list[Markup]:
    x = percent(at)
    guide = element("line", class_="guide", x1=x, x2=x, y1=TOP, y2=frame.base)
    return (
        [guide, element("circle", class_="dot", cx=x, cy=_y(point, frame), r=5)] if point.value is not None else [guide]
    )


def _y(point: Point, frame: Frame) -> float:
    return frame.base if point.value is None else frame.y(point.value)
