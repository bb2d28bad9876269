import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.instagram.webhook.deliveries import Delivery, Hint, NotADelivery, accounts, read_delivery

ACCOUNT = "17841400000000001"
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def read(content: Any) -> Delivery:
    return read_delivery(json.dumps(content).encode())


def instagram(*entries: Any) -> dict[str, Any]:
    return {"object": "instagram", "entry": list(entries)}


def entry(field: str, value: Any) -> dict[str, Any]:
    return {"id": ACCOUNT, "time": 1795244400, "changes": [{"field": field, "value": value}]}


@pytest.mark.parametrize("comment_key", ["id", "comment_id"])
@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("flat", [False, True])
def test_a_comment_in_every_shape(comment_key: str, wrapped: bool, flat: bool) -> None:
    # Given a comment in an object or a list, in `changes` or flat, with either name for its id
    change = {"field": "comments", "value": {comment_key: "17865", "media": {"id": "18"}, "text": "x"}}
    made = {"id": ACCOUNT, "time": 1795244400, **(change if flat else {"changes": [change]})}
    content: Any = [instagram(made)] if wrapped else instagram(made)

    # When it is read, then the hint is the same
    assert read(content) == Delivery(frozenset({Hint(ACCOUNT, "comments", "18", "17865")}), 1795244400.0)


def test_a_comment_on_an_advertisement_hints_at_the_copy_and_the_original() -> None:
    media = {"id": "18", "ad_id": "6", "original_media_id": "17", "media_product_type": "AD"}

    hints = read(instagram(entry("comments", {"id": "1", "media": media, "parent_id": "2"}))).hints

    assert hints == {Hint(ACCOUNT, "comments", "18", "1"), Hint(ACCOUNT, "comments", "17", "1")}


@pytest.mark.parametrize(
    ("field", "value", "hint"),
    [
        ("mentions", {"media_id": "18", "comment_id": "1"}, Hint(ACCOUNT, "mentions", "18", "1")),
        ("mentions", {"media_id": 2**60}, Hint(ACCOUNT, "mentions", str(2**60))),
        ("live_comments", {"id": "1", "media": {"id": "18"}}, Hint(ACCOUNT, "live_comments", "18", "1")),
        ("story_insights", {"media_id": "18", "impressions": -1, "exits": 3}, Hint(ACCOUNT, "story_insights", "18")),
        ("comments", {"id": "1"}, Hint(ACCOUNT, "comments", None, "1")),
        ("comments", None, Hint(ACCOUNT, "comments")),
        ("something_new", {"id": "5", "x": [1]}, Hint(ACCOUNT, "something_new")),
        ("comments", [{"id": "1", "media": {"id": "18"}}], Hint(ACCOUNT, "comments", "18", "1")),
    ],
)
def test_every_field_is_a_hint(field: str, value: Any, hint: Hint) -> None:
    assert read(instagram(entry(field, value))).hints == {hint}


@pytest.mark.parametrize("kind", ["messaging", "standby"])
def test_the_time_of_messages_is_in_milliseconds(kind: str) -> None:
    made = {"id": ACCOUNT, "time": 1795244400250, kind: [{"sender": {"id": "1"}, "message": {"text": "x"}}]}

    assert read(instagram(made)) == Delivery(frozenset({Hint(ACCOUNT, "messages")}), 1795244400.25)


def test_one_entry_and_one_change_need_no_list() -> None:
    made = {"id": int(ACCOUNT), "time": "1795244400", "changes": {"field": "comments", "value": {"id": "1"}}}

    delivery = read({"object": "instagram", "entry": made})

    assert delivery == Delivery(frozenset({Hint(ACCOUNT, "comments", None, "1")}), 1795244400.0)


def test_lists_of_the_oldest_api_are_read() -> None:
    content = [
        {
            "changed_aspect": "media",
            "object": "user",
            "object_id": "1234",
            "subscription_id": 7,
            "time": 1297286541,
            "data": {"media_id": "108012_1234"},
        },
        {"changed_aspect": "media", "object": "user", "object_id": 99, "subscription_id": "8", "time": 1297286000},
        {"changed_aspect": "media", "object": "tag", "object_id": "lolcats", "time": 1297286600},
    ]

    delivery = read(content)

    assert delivery.hints == {Hint("1234", "media", "108012_1234"), Hint("99", "media")}
    assert delivery.latest == 1297286600.0


def test_a_batch_of_a_thousand_is_coalesced() -> None:
    # Given a burst about two accounts, one of which has hints of two kinds
    entries = [{**entry("comments", {"media": {"id": "18"}}), "id": ("1", "2")[number % 2]} for number in range(1000)]

    delivery = read(instagram(*entries, {**entry("mentions", {"media_id": "18"}), "id": "1"}, {"id": "5"}))

    # Then each account is there once
    assert accounts(delivery) == ["1", "2"]
    assert len(delivery.hints) == 3


@pytest.mark.parametrize("kind", ["page", "permissions", "user"])
def test_deliveries_that_are_not_about_accounts_are_passed_over(kind: str) -> None:
    assert read({"object": kind, "entry": [entry("feed", {})]}).hints == frozenset()


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"id": None, "changes": [{"field": "comments", "value": {}}]},
        {"id": "me", "changes": [{"field": "comments", "value": {}}]},
        {"id": ACCOUNT, "changes": [{"value": {"id": "1"}}]},
        {"id": ACCOUNT, "changes": [{"field": 7}]},
        {"id": ACCOUNT, "changes": "x", "time": "later"},
        {"id": ACCOUNT, "messaging": []},
    ],
)
def test_entries_without_a_hint_are_left_out_and_the_others_kept(made: dict[str, Any]) -> None:
    assert read(instagram(made, entry("comments", {"id": "1"}))).hints == {Hint(ACCOUNT, "comments", None, "1")}


def test_a_delivery_may_be_empty() -> None:
    assert read(instagram()) == Delivery(frozenset(), None)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"5", b'"x"', b"[]", b"{}", b"[[]]", b'{"object":"instagram"}', b"\xff", b"[" * 100_000],
)
def test_what_is_not_a_delivery_is_refused(body: bytes) -> None:
    with pytest.raises(NotADelivery):
        read_delivery(body)


@given(st.binary())
def test_any_body_is_read_or_refused(body: bytes) -> None:
    with suppress(NotADelivery):
        read_delivery(body)


@given(anything, anything, anything, anything)
def test_any_json_is_read_or_refused(first: Any, second: Any, third: Any, fourth: Any) -> None:
    changes = [{"field": "comments", "value": second}, third]
    made = {"id": ACCOUNT, "time": first, "changes": changes, "messaging": fourth}
    old = {"changed_aspect": first, "object": "user", "object_id": second, "data": third, "time": fourth}

    other = {"object": third, "entry": fourth}

    for content in (instagram(made, first), instagram(made | {"id": second}), [old], other):
        for hint in read(content).hints:
            assert hint.account_id.replace("_", "").isdecimal()
