import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.platform.ids import MAX_NUMBER_ID, number_id, number_id_time, ulid, ulid_time

moments = st.floats(min_value=1_704_067_200, max_value=3_000_000_000)


@given(moments)
def test_a_ulid_tells_when_it_was_made(now: float) -> None:
    made = ulid(now)

    assert re.fullmatch(r"[0-7][0-9A-HJKMNP-TV-Z]{25}", made)
    assert abs(ulid_time(made) - now) <= 0.001


@given(moments, moments)
def test_ulids_sort_by_time(first: float, second: float) -> None:
    if int(first * 1000) < int(second * 1000):
        assert ulid(first) < ulid(second)


def test_ulids_of_one_moment_differ() -> None:
    assert len({ulid(1_795_244_400.0) for _ in range(1000)}) == 1000


@pytest.mark.parametrize("text", ["", "1234", "U" * 26, "01M7YGMAABFRC2J7KCZQ4BSJGW1"])
def test_what_is_not_a_ulid_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ULID"):
        ulid_time(text)


@given(moments)
def test_a_number_id_survives_json_readers_that_know_only_doubles(now: float) -> None:
    number = number_id(now)

    assert 0 <= number <= MAX_NUMBER_ID
    assert int(float(json.dumps(number))) == number
    assert abs(number_id_time(number) - now) <= 0.001


@given(moments, moments)
def test_later_number_ids_are_larger(first: float, second: float) -> None:
    if int(first * 1000) < int(second * 1000):
        assert number_id(first) < number_id(second)
