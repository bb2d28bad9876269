"""Values as DynamoDB stores them, and how often a call for many items is made."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.platform.dynamodb import Table, _plain, _typed
from signpost.platform.errors import Unavailable

# What DynamoDB keeps exactly: 38 digits, and floats that are neither tiny nor beyond 1e125.
whole = st.integers(-(10**38) + 1, 10**38 - 1)
fractions = st.floats(1e-120, 1e120) | st.floats(-1e120, -1e-120)
numbers = whole | fractions
texts, blobs = st.text(max_size=5), st.binary(max_size=5)
scalars = st.none() | st.booleans() | numbers | texts | blobs
sets = st.one_of([st.frozensets(members, min_size=1, max_size=3) for members in (numbers, texts, blobs)])
values = st.recursive(
    scalars | sets,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


class Colour(StrEnum):
    RED = "red"


class Point(NamedTuple):
    x: int
    y: float


@given(st.dictionaries(texts, values, max_size=3))
def test_values_come_out_as_they_went_in(item: dict[str, Any]) -> None:
    assert _plain(_typed(item)) == item


@given(whole)
def test_a_whole_number_is_an_int_and_exact(number: int) -> None:
    found = _plain(_typed({"n": Decimal(number)}))["n"]

    assert (type(found), found) == (int, number)


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        (0.1, {"N": "0.1"}),
        (1_795_244_400.123456, {"N": "1795244400.123456"}),
        (1_795_244_400.0, {"N": "1795244400.0"}),
        (Decimal("12.50"), {"N": "12.50"}),
        (-7, {"N": "-7"}),
        (True, {"BOOL": True}),
        (Colour.RED, {"S": "red"}),
        ((1, "a"), {"L": [{"N": "1"}, {"S": "a"}]}),
        (Point(1, 0.5), {"L": [{"N": "1"}, {"N": "0.5"}]}),
        (frozenset({"a"}), {"SS": ["a"]}),
        ({1.5}, {"NS": ["1.5"]}),
        ({"a": {"b": [None]}}, {"M": {"a": {"M": {"b": {"L": [{"NULL": True}]}}}}}),
    ],
)
def test_how_values_are_stored(value: object, typed: object) -> None:
    assert _typed({"v": value}) == {"v": typed}


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("-3", -3), ("0.5", 0.5), ("-1.25", -1.25), ("1E+20", 1e20)])
def test_a_number_is_what_its_text_says(text: str, number: float) -> None:
    found = _plain({"n": {"N": text}})["n"]

    assert (type(found), found) == (type(number), number)


@pytest.mark.parametrize("value", [10**38 + 1, float("nan"), {1, "a"}, object()])
def test_values_that_dynamodb_cannot_hold_are_a_defect(value: object) -> None:
    with pytest.raises((TypeError, ArithmeticError)):
        _typed({"v": value})


class Reluctant:
    """DynamoDB that does at most `most` of each call, and leaves the rest unprocessed."""

    def __init__(self, most: int) -> None:
        self.most, self.calls = most, list[list[Any]]()

    def batch_get_item(self, *, RequestItems: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: N803
        keys = RequestItems["Table"]["Keys"]
        self.calls.append(keys)
        left = {"Table": {**RequestItems["Table"], "Keys": keys[self.most :]}} if keys[self.most :] else {}
        return {"Responses": {"Table": keys[: self.most]}, "UnprocessedKeys": left}

    def batch_write_item(self, *, RequestItems: Mapping[str, Any]) -> Mapping[str, Any]:  # noqa: N803
        requests = RequestItems["Table"]
        self.calls.append(requests)
        left = {"Table": requests[self.most :]} if requests[self.most :] else {}
        return {"UnprocessedItems": left}


def table(client: Any) -> Table:
    return Table(client, "Table", "The shelf")


KEYS = [{"id": str(number)} for number in range(230)]


def test_unprocessed_keys_are_requested_again() -> None:
    client = Reluctant(most=40)

    assert list(table(client).batch_get(KEYS)) == KEYS
    assert [len(call) for call in client.calls] == [100, 60, 20, 100, 60, 20, 30]


def test_a_repeated_key_is_requested_once() -> None:
    client = Reluctant(most=100)

    assert list(table(client).batch_get([*KEYS[:3], *KEYS[:3]])) == KEYS[:3]
    assert [len(call) for call in client.calls] == [3]


def test_without_keys_there_is_no_call() -> None:
    client = Reluctant(most=100)

    assert list(table(client).batch_get([])) == []
    table(client).batch_write()
    assert client.calls == []


def test_unprocessed_writes_are_repeated() -> None:
    client = Reluctant(most=20)

    table(client).batch_write(put=[{"id": "a"}], delete=KEYS[:30])

    assert [len(call) for call in client.calls] == [25, 5, 6]


@pytest.mark.parametrize("call", [lambda it: list(it.batch_get(KEYS)), lambda it: it.batch_write(delete=KEYS)])
def test_the_number_of_tries_is_bounded(call: Callable[[Table], object]) -> None:
    client = Reluctant(most=0)

    with pytest.raises(Unavailable, match=r"^The shelf is not answering; try again\.$"):
        call(table(client))
    assert len(client.calls) == 5
