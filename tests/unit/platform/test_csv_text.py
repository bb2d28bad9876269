import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.platform.csv_text import lines

plain = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]))
dangerous = st.text(st.sampled_from("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20;, '\"x1"))


def cell_of(text: str) -> str:
    ((cell,),) = csv.reader(io.StringIO(lines([[text]]), newline=""))
    return cell


@given(st.lists(st.lists(plain, min_size=1), min_size=1))
def test_rows_can_be_read_back(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(lines(rows), newline="")))

    assert [[cell.replace("'", "") for cell in row] for row in read if row] == [
        [cell.replace("'", "") for cell in row] for row in rows if row
    ]


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", " =", '"=']
)
def test_nothing_is_a_formula(start: str) -> None:
    assert cell_of(f"{start}1+1").startswith("'")


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r\n"])
def test_no_part_is_a_formula_where_others_separate_cells(separator: str) -> None:
    assert cell_of(f"x{separator}=1+1").endswith("'=1+1")
    assert cell_of(f'x{separator} "=1+1"').endswith('\' "=1+1"')


@given(st.lists(dangerous, min_size=1))
def test_no_spreadsheet_finds_a_formula(row: list[str]) -> None:
    for cell in re.split(r"[;\t\r\n]", lines([row]).removesuffix("\r\n")):
        # With another separator, our commas and quotes are part of a cell.
        assert not re.match(r'[ "]*[=+\-@\uff1d\uff0b\uff0d\uff20]', cell), cell


@pytest.mark.parametrize(
    "text",
    [
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko)",
        "https://www.google.com/maps/@52.5,-13.4,12z",
        "a-b",
        "it's 1 + 1 = 2",
    ],
)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert cell_of(text) == text


def test_numbers_stay_numbers() -> None:
    assert lines([["clicks", -5]]) == "clicks,-5\r\n"
