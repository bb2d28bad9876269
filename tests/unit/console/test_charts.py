"""Charts: the geometry, and that whatever they show is drawn within bounds and escaped."""

import math
import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from signpost.console.charts import scales
from signpost.console.charts.columns import column_chart
from signpost.console.charts.heat_map import Cell, classes, heat_map
from signpost.console.charts.lines import line_chart
from signpost.console.charts.plots import Pin, Point, Wording, spread
from signpost.console.charts.small import bar, progress, sparkline, stacked_bar
from signpost.console.charts.svg import element, number

WORDING = Wording("Clicks", before="7 days before")
SCRIPT = "</text><script>alert('x')</script>"
values = st.floats(min_value=0, max_value=1e12, allow_nan=False) | st.integers(0, 10**9)
points = st.lists(
    st.builds(
        Point,
        label=st.just(SCRIPT),
        name=st.just(SCRIPT),
        value=st.none() | values,
        before=st.none() | values,
        unfinished=st.booleans(),
    ),
    max_size=40,
)


def parsed(svg: str) -> list[ET.Element]:
    return list(ET.fromstring(f"<all>{svg}</all>").iter())


def check(svg: Markup, height: float) -> None:
    """Well-formed, without styles or scripts, and nothing outside of the drawing except text and tips."""
    inside_tip = {
        id(each) for tip in parsed(svg) if tip.get("class") == "tip" for each in tip.iter() if each is not tip
    }
    for each in parsed(svg):
        assert "style" not in each.attrib
        assert each.tag != "script"
        for name in ("x", "x1", "x2", "cx", "width", "y", "y1", "y2", "cy", "height", "r"):
            text = each.get(name)
            if text is None or id(each) in inside_tip or each.tag in {"text", "all"}:
                continue
            value = float(text.removesuffix("%"))
            assert math.isfinite(value)
            if text.endswith("%"):
                assert -0.01 <= value <= 100.01
            elif name in {"y", "y1", "y2", "cy"}:
                assert -7 <= value <= height + 1
        for coordinate in re.findall(r"-?[\d.]+", each.get("d", "")):
            assert -0.01 <= float(coordinate) <= max(1000.01, height)


@given(
    points,
    st.lists(st.builds(Pin, at=st.floats(-1, 2), number=st.integers(1, 99), level=st.integers(0, 7)), max_size=4),
)
def test_charts_over_time_are_drawn_within_their_bounds(given_points: list[Point], pins: list[Pin]) -> None:
    check(line_chart(given_points, WORDING, all_pins=pins), 320)
    check(line_chart(given_points, WORDING, starts_at_zero=False), 320)
    check(column_chart(given_points, WORDING, all_pins=pins), 226)


@given(st.lists(values, max_size=40))
def test_small_charts_are_drawn_within_their_bounds(numbers: list[float]) -> None:
    check(sparkline(numbers, SCRIPT), 28)
    check(stacked_bar(numbers, SCRIPT), 10)


@given(st.floats(-2, 2))
def test_bars_are_drawn_within_their_bounds(share: float) -> None:
    check(bar(share), 100)
    check(progress(share, SCRIPT), 6)


@settings(max_examples=20)  # each draws 168 cells twice
@given(st.lists(st.none() | values, min_size=168, max_size=168))
def test_heat_maps_are_drawn_within_their_bounds(numbers: list[float | None]) -> None:
    rows = [[Cell(value, SCRIPT) for value in numbers[day * 24 : day * 24 + 24]] for day in range(7)]

    check(heat_map(rows, SCRIPT), 760)


@given(values)
def test_an_axis_holds_its_values_and_has_few_round_lines(largest: float) -> None:
    scale = scales.from_zero(largest)

    assert scale.low == 0
    assert scale.high >= largest
    assert 1 <= len(scale.lines) - 1 <= 6
    assert float(scale.step).is_integer()


@given(values, values)
def test_a_cut_axis_holds_its_values(one: float, other: float) -> None:
    scale = scales.around(min(one, other), max(one, other))

    assert scale.low <= min(one, other) * (1 + 1e-9)
    assert scale.high >= max(one, other) * (1 - 1e-9)
    assert 1 <= len(scale.lines) - 1 <= 7


@pytest.mark.parametrize(
    ("largest", "lines"),
    [(0, [0, 1]), (1, [0, 1]), (2, [0, 1, 2]), (7, [0, 2, 4, 6, 8]), (420, [0, 100, 200, 300, 400, 500])],
)
def test_grid_lines_are_at_round_numbers(largest: float, lines: list[float]) -> None:
    assert scales.from_zero(largest).lines == lines


def test_a_line_goes_through_its_values() -> None:
    # Given an axis from 0 to 4 in 100 pixels: 24 above, 28 below, 48 in between
    svg = line_chart([Point("a", "A", 0), Point("b", "B", 4), Point("c", "C", 2, unfinished=True)], WORDING, height=100)

    # Then whole points are joined by a solid line, the running one by a dashed one
    lines = {each.get("class"): each.get("d") for each in parsed(svg) if each.tag == "path"}
    assert lines["line"] == "M166.67 72L500 24"
    assert lines["line part"] == "M500 24L833.33 48"
    assert lines["area"] == "M166.67 72L500 24L833.33 48L833.33 72L166.67 72Z"


def test_a_line_has_a_gap_where_nothing_is_known() -> None:
    svg = line_chart([Point("a", "A", 1), Point("b", "B", None), Point("c", "C", 1)], WORDING)

    assert sum(each.get("class") == "line" for each in parsed(svg)) == 2


def test_columns_stand_on_the_zero_line() -> None:
    svg = column_chart([Point("a", "A", 1, 2), Point("b", "B", None, 0)], WORDING, height=100)

    columns = [each for each in parsed(svg) if (each.get("class") or "").startswith("col")]
    assert [float(each.get("y", "")) + float(each.get("height", "")) for each in columns] == [72, 72]


@pytest.mark.parametrize("chart", [line_chart, column_chart])
def test_a_chart_has_one_tab_stop_at_its_last_value(chart: Callable[..., Markup]) -> None:
    svg = chart([Point("a", "A", 1), Point("b", "B", 2), Point("c", "C", None)], WORDING)

    groups = [each for each in parsed(svg) if each.get("class") == "pt"]
    assert [each.get("tabindex") for each in groups] == ["-1", "0", "-1"]
    assert [each.get("aria-label") for each in groups] == ["A: 1 click", "B: 2 clicks", "C: Still to come"]


def test_a_heat_map_marks_its_best_cell_in_both_shapes() -> None:
    rows = [[Cell(None, "")] * 24 for _ in range(7)]
    rows[2][13] = Cell(0.0, "none")
    rows[4][9] = Cell(3.5, "3.5%")

    svg = heat_map(rows, "Best time")

    stops = [each.get("aria-label") for each in parsed(svg) if each.get("tabindex") == "0"]
    assert stops == ["Thursday 09:00: 3.5%"] * 2
    assert sum(each.get("class") == "best" for each in parsed(svg)) == 2
    assert sum(each.get("class") == "none" for each in parsed(svg)) == 2 * (168 - 2)


def test_the_lowest_colour_is_for_zero_alone() -> None:
    assert classes([0, 0.01, 6, 3, None]) == [0, 1, 6, 3, None]


def test_colours_may_begin_at_the_lowest_value() -> None:
    assert classes([500, 501, 800, 650, None], 500) == [0, 1, 6, 3, None]
    assert classes([7, 7], 7) == [0, 0]


def test_attributes_and_children_are_escaped() -> None:
    assert element("text", '<b>&"', class_='"><x') == '<text class="&#34;&gt;&lt;x">&lt;b&gt;&amp;&#34;</text>'


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_no_coordinate(value: float) -> None:
    with pytest.raises(ValueError, match="coordinate"):
        number(value)


def test_pins_that_would_lie_on_one_another_are_below_one_another() -> None:
    assert spread([(0.9, 5), (0.5, 1), (0.5, 2), (0.55, 3), (0.6, 4)]) == [
        Pin(0.5, 1, 0),
        Pin(0.5, 2, 1),
        Pin(0.55, 3, 2),
        Pin(0.6, 4, 0),
        Pin(0.9, 5, 0),
    ]
