"""Whatever comes back as a click is one, or is refused in one way."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.tracking.clicks import Click, ClickLayout, item
from signpost.tracking.counting import stored
from signpost.tracking.counting.rollup import read as read_record

NOW = 1_795_246_500.0  # 2026-11-21T07:35:00Z
CLICK = Click("IPhone", "Mozilla/5.0", "https://a.example/", "DE", "bio", visitor="00000000000000ff")
GOOD = item("42", CLICK, NOW, ClickLayout(buckets=1, retention_days=90))


def test_a_click_is_read_with_its_quarter_and_its_visitor() -> None:
    click = stored.read(GOOD)

    assert (click.campaign_id, click.quarter, click.hour) == ("42", "2026-11-21T07:30", "2026-11-21T07")
    assert (click.time, click.visitor, click.counters[0]) == (NOW, 255, "iphone")


def test_a_bot_is_not_a_visitor() -> None:
    assert stored.read({**GOOD, "bot": True}).visitor is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"partition": "7#garbage#0"},
        {"partition": "x#2026-11-21T07#0"},
        {"partition": "42#2026-11-21T07#x"},
        {"partition": "42#2026-11-21T07"},
        {"partition": 7},
        {"partition": "42#2026-11-21T08#0"},
        {"click": "0"},
        {"click": 5},
        {"click": "Z" * 26},
        {"platform": "Nokia"},
        {"platform": ["IPhone"]},
        {"agent": 5},
        {"agent": None},
        {"referrer": "x" * 2000},
        {"source": "x" * 300_000},
        {"country": {"DE"}},
        {"bot": "yes"},
        {"visitor": "xyz"},
        {"visitor": "ff"},
        {"visitor": 5},
    ],
)
def test_what_no_redirect_stores_is_not_a_click(wrong: dict[str, Any]) -> None:
    with pytest.raises(stored.NotAClick):
        stored.read({**GOOD, **wrong})


@pytest.mark.parametrize(
    "record", [{}, {"dynamodb": {}}, {"dynamodb": {"NewImage": {"a": {}}}}, {"dynamodb": {"NewImage": []}}]
)
def test_what_is_not_even_an_item_is_not_a_click(record: dict[str, Any]) -> None:
    with pytest.raises(stored.NotAClick):
        read_record(record)


anything = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=30), st.just([]))


@given(st.dictionaries(st.sampled_from(sorted(GOOD)), anything))
def test_anything_else_is_refused_in_the_same_way(wrong: dict[str, Any]) -> None:
    with suppress(stored.NotAClick):
        stored.read({**GOOD, **wrong})
