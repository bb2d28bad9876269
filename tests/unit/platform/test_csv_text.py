import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from signpost.platform.csv_text import lines

plain = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]))


@given(st.lists(st.lists(plain, min_size=1), min_size=1))
def test_rows_can_be_read_back(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(lines(rows), newline="")))

    assert [[cell.removeprefix("'") for cell in row] for row in read if row] == [
        [cell.removeprefix("'") for cell in row] for row in rows if row
    ]


def test_nothing_is_a_formula() -> None:
    for cell in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1"):
        (row,) = csv.reader(io.StringIO(lines([[cell]]), newline=""))
        assert row == [f"'{cell}"]


def test_numbers_stay_numbers() -> None:
    assert lines([["clicks", -5]]) == "clicks,-5\r\n"
