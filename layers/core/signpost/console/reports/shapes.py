"""What a page of a report is made of."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup


class Head(NamedTuple):
    """A column. `kind`: classes of the stylesheet."""

    name: str
    kind: str = "num"
    is_sorted: bool = False


class First(NamedTuple):
    """What a row is about. `address` is empty, or was checked; `picture` is ours, or empty."""

    text: str
    under: str = ""
    address: str = ""
    picture: str = ""


class Cell(NamedTuple):
    text: str
    kind: str = "num"
    strong: bool = False


class Row(NamedTuple):
    number: str  # in the whole table, from 1; empty where that says nothing
    first: First
    bar: Markup
    cells: Sequence[Cell]


class Pager(NamedTuple):
    text: str
    previous: str
    next: str


class Listing(NamedTuple):
    """A card with a table. `opens`: it is below a chart, and closed at first."""

    title: str
    first: str  # the name of the first column
    heads: Sequence[Head]
    rows: Sequence[Row]
    note: str = ""
    has_numbers: bool = False
    has_bars: bool = False


class Figure(NamedTuple):
    name: str
    value: str
    note: str = ""


class Chart(NamedTuple):
    """`table`: the same numbers, as heads and rows, newest or largest first."""

    title: str
    drawing: Markup
    heads: Sequence[str]
    table: Sequence[Sequence[str]]
    hint: str = ""
    ramp: tuple[str, str] | None = None  # what the lightest and the darkest colour stand for


class BarRow(NamedTuple):
    name: str
    clicks: str
    share: str
    bar: Markup
    dim: bool = False


class BarCard(NamedTuple):
    key: str
    title: str
    rows: Sequence[BarRow]
    value: str  # what the first number is
    share: str  # what the second one is


class Absent(NamedTuple):
    """Data that nobody supplied, and what to do about it."""

    name: str
    how: str


class Recommendation(NamedTuple):
    """When to post: the best hour of all, and the best one of working days if that is another."""

    hours: Sequence[str]
    under: str


class Waiting(NamedTuple):
    """The first sync. `bar` is empty while nobody knows how much there is."""

    text: str
    under: str
    bar: Markup


class Content(NamedTuple):
    """All that a page shows of a report, in this order. What does not apply is empty."""

    answer: Recommendation | None = None
    figures: Sequence[Figure] = ()
    chart: Chart | None = None
    listing: Listing | None = None
    bars: Sequence[BarCard] = ()
    pager: Pager | None = None
    absent: Sequence[Absent] = ()
    waiting: Waiting | None = None
