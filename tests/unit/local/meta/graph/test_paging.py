from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.meta.errors import MetaError
from local.meta.graph.paging import page, window


def paged(items: list[str], **arguments: str) -> tuple[list[str], dict[str, Any]]:
    chosen, paging = page(items, lambda item: item, arguments, most=100, address="http://127.0.0.1/edge")
    return list(chosen), paging


@given(st.integers(0, 60), st.integers(1, 30))
def test_following_the_cursor_sees_each_item_once(count: int, limit: int) -> None:
    items = [str(number) for number in range(count)]
    seen, paging = paged(items, limit=str(limit))
    while "next" in paging:
        assert "after=" in paging["next"]
        more, paging = paged(items, limit=str(limit), after=paging["cursors"]["after"])
        assert len(more) <= limit
        seen += more
    assert seen == items


def test_new_items_at_the_front_do_not_shift_the_page() -> None:
    _, paging = paged(["c", "b", "a"], limit="1")
    assert paged(["e", "d", "c", "b", "a"], limit="1", after=paging["cursors"]["after"])[0] == ["b"]


def test_pages_have_a_largest_size() -> None:
    assert len(paged([str(number) for number in range(200)], limit="1000")[0]) == 100


def test_next_repeats_what_was_asked() -> None:
    assert "fields=id%2Ccaption" in paged(["b", "a"], limit="1", fields="id,caption")[1]["next"]


@pytest.mark.parametrize("cursor", ["", "!", "YQ", "ä"])
def test_wrong_cursors_are_refused(cursor: str) -> None:
    with pytest.raises(MetaError, match="Invalid cursor"):
        paged(["a"], after=cursor)


def test_the_window_begins_with_since_and_ends_before_until() -> None:
    times = [30.0, 20.0, 10.0]
    assert window(times, float, {"since": "10", "until": "30"}) == [20.0, 10.0]
    assert window(times, float, {"since": "1970-01-01T00:00:20"}) == [30.0, 20.0]
    assert window(times, float, {}) == times
