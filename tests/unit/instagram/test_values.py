"""Single values in Meta's JSON, and the usage headers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.instagram import json_values as values
from signpost.instagram.graph.usage import Usage, read_usage

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("17841400000000001", "17841400000000001"),
        (17841400000000001, "17841400000000001"),  # beyond 2^53
        ("5184000_123", "5184000_123"),
        *((odd, None) for odd in (0, "0", -1, 1.7e16, True, "", "me", "1/../2", "١٢", "1" * 33, None)),
    ],
)
def test_ids_are_digits_however_they_come(value: Any, found: str | None) -> None:
    assert values.graph_id(value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (5, 5),
        (0, 0),
        ("12", 12),
        ("-1", -1),
        (3.0, 3),
        *((odd, None) for odd in (3.5, float("nan"), float("inf"), 10**400, 1e300, True, "x", None)),
    ],
)
def test_whole_numbers(value: Any, found: int | None) -> None:
    assert values.whole(value) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("2019-09-26T22:36:43+0000", 1569537403.0),
        ("2019-09-26T22:36:43+00:00", 1569537403.0),
        (1569537403, 1569537403.0),
        ("1569537403", 1569537403.0),
        (1569537403250, 1569537403.25),
        *((odd, None) for odd in ("2019-09-26T22:36:43", 10**400, "yesterday", None)),
        ([], None),
    ],
)
def test_times_come_as_text_seconds_or_milliseconds(value: Any, found: float | None) -> None:
    assert values.seconds(value) == found


def test_names_come_as_a_list_or_as_text_with_commas() -> None:
    assert values.names("a, b,,c") == ("a", "b", "c")
    assert values.names(["a", 1, "b"]) == ("a", "b")
    assert values.names(None) is None


def test_one_object_is_read_as_a_list_of_it() -> None:
    assert values.mappings({"a": 1}) == [{"a": 1}]
    assert values.mappings([{"a": 1}, 2]) == [{"a": 1}]
    assert values.mappings("x") == []


@given(anything)
def test_any_value_can_be_read(value: Any) -> None:
    readers = (values.mapping, values.mappings, values.graph_id, values.whole, values.text, values.flag)
    for read in (*readers, values.names, values.seconds):
        read(value)


def test_usage_is_the_highest_of_all_limits() -> None:
    usage = read_usage(
        {
            "x-app-usage": '{"call_count":28,"total_time":25.6,"total_cputime":"30"}',
            "X-Page-Usage": '{"call_count":1,"total_time":41,"total_cputime":1}',
            "X-Business-Use-Case-Usage": (
                '{"1":[{"type":"instagram","call_count":35,"total_time":5,"estimated_time_to_regain_access":0}],'
                '"2":[{"type":"instagram","call_count":1,"total_cputime":60,"estimated_time_to_regain_access":3}]}'
            ),
        }
    )

    assert usage == Usage(60, 180, 30)


@pytest.mark.parametrize(
    ("account", "expected"),
    [("1", Usage(35)), ("2", Usage(97, 840)), ("3", Usage(97, 840)), (None, Usage(97, 840))],
)
def test_other_business_objects_do_not_stop_an_account(account: str | None, expected: Usage) -> None:
    # Given limits of this account, of another one, and of their Page and its advertisements, which are used up
    full = '"call_count":100,"estimated_time_to_regain_access":60'
    header = (
        f'{{"1":[{{"type":"instagram","call_count":35}},{{"type":"ads_management",{full}}}],'
        f'"2":[{{"type":"instagram","call_count":97,"estimated_time_to_regain_access":14}}],'
        f'"9":[{{"type":"pages",{full}}}]}}'
    )

    # Then the account's own limit counts; without it, those of all Instagram accounts
    assert read_usage({"X-Business-Use-Case-Usage": header}, account) == expected


@pytest.mark.parametrize(
    ("usage", "pause"),
    [(Usage(89), False), (Usage(90), True), (Usage(100), True), (Usage(0, 60), True), (Usage(), False)],
)
def test_ninety_percent_is_where_to_stop(usage: Usage, pause: bool) -> None:
    assert usage.must_pause is pause


def test_the_worst_of_two_usages_has_the_higher_of_each() -> None:
    assert Usage(10, 60, 10).worst(Usage(20, 0, 5)) == Usage(20, 60, 10)


@pytest.mark.parametrize(
    ("header", "app_full"), [("X-App-Usage", True), ("X-Page-Usage", False), ("X-Business-Use-Case-Usage", False)]
)
def test_only_the_apps_own_limit_stops_every_account(header: str, app_full: bool) -> None:
    limit = '{"call_count": 90}'
    given = f'{{"1": [{limit}]}}' if "Business" in header else limit

    usage = Usage(5).worst(read_usage({header: given}))

    assert (usage.must_pause, usage.app_full) == (True, app_full)


@pytest.mark.parametrize(
    "header",
    ["", "x", "[]", "null", '{"call_count":null}', '{"call_count":1e999}', '{"call_count":-5}', "[" * 100_000],
)
def test_an_unreadable_header_counts_as_unused(header: str) -> None:
    assert read_usage({"X-App-Usage": header, "X-Business-Use-Case-Usage": header}) == Usage()
