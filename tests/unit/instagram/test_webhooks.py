import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.instagram.webhook.deliveries import NotADelivery, accounts

ACCOUNT = "17841400000000001"
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def read(content: Any) -> list[str]:
    return accounts(json.dumps(content).encode())


def instagram(*entries: Any) -> dict[str, Any]:
    return {"object": "instagram", "entry": list(entries)}


def entry(field: str, value: Any, account: str = ACCOUNT) -> dict[str, Any]:
    return {"id": account, "time": 1795244400, "changes": [{"field": field, "value": value}]}


@pytest.mark.parametrize("comment_key", ["id", "comment_id"])
@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("flat", [False, True])
def test_a_comment_in_every_shape(comment_key: str, wrapped: bool, flat: bool) -> None:
    # Given a comment in an object or a list, in `changes` or flat, with either name for its id
    change = {"field": "comments", "value": {comment_key: "17865", "media": {"id": "18"}, "text": "x"}}
    made = {"id": ACCOUNT, "time": 1795244400, **(change if flat else {"changes": [change]})}

    # When it is read, then it hints at the same account
    assert read([instagram(made)] if wrapped else instagram(made)) == [ACCOUNT]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mentions", {"media_id": "18", "comment_id": "1"}),
        ("mentions", {"media_id": 2**60}),
        ("story_insights", {"media_id": "18", "impressions": -1, "exits": 3}),
        ("comments", {"id": "1", "media": {"id": "18", "ad_id": "6", "original_media_id": "17"}, "parent_id": "2"}),
        ("comments", None),
        ("comments", [{"id": "1", "media": {"id": "18"}}]),
        ("something_new", {"id": "5", "x": [1]}),
    ],
)
def test_every_field_is_a_hint(field: str, value: Any) -> None:
    assert read(instagram(entry(field, value))) == [ACCOUNT]


@pytest.mark.parametrize("kind", ["messaging", "standby"])
def test_messages_are_hints(kind: str) -> None:
    made = {"id": ACCOUNT, "time": 1795244400250, kind: [{"sender": {"id": "1"}, "message": {"text": "x"}}]}

    assert read(instagram(made)) == [ACCOUNT]


def test_one_entry_and_one_change_need_no_list() -> None:
    made = {"id": int(ACCOUNT), "time": "1795244400", "changes": {"field": "comments", "value": {"id": "1"}}}

    assert read({"object": "instagram", "entry": made}) == [ACCOUNT]


def test_the_first_api_sent_lists() -> None:
    first = {"changed_aspect": "media", "object": "user", "object_id": "1234", "time": 1297286541}
    content = [
        {**first, "subscription_id": 7, "data": {"media_id": "108012_1234"}},
        {**first, "subscription_id": "8", "object_id": 99},
        {**first, "object": "tag", "object_id": "lolcats"},
    ]

    assert read(content) == ["1234", "99"]


def test_a_batch_of_a_thousand_is_coalesced() -> None:
    media = {"media": {"id": "18"}}

    assert read(instagram(*(entry("comments", media, "12"[number % 2]) for number in range(1000)))) == ["1", "2"]


@pytest.mark.parametrize("kind", ["page", "permissions", "user"])
def test_what_is_about_other_things_than_accounts_is_passed_over(kind: str) -> None:
    assert read({"object": kind, "entry": [entry("feed", {})]}) == []


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
    assert read(instagram(made, entry("comments", {"id": "1"}, "7"))) == ["7"]


def test_an_empty_delivery_is_one() -> None:
    assert read(instagram()) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"5", b'"x"', b"[]", b"{}", b"[[]]", b'{"object":"instagram"}', b"\xff", b"[" * 100_000],
)
def test_what_is_not_a_delivery_has_a_name(body: bytes) -> None:
    with pytest.raises(NotADelivery):
        accounts(body)


@given(st.binary())
def test_any_body_is_read_or_refused(body: bytes) -> None:
    with suppress(NotADelivery):
        accounts(body)


@given(anything, anything, anything, anything)
def test_any_json_is_read_or_refused(first: Any, second: Any, third: Any, fourth: Any) -> None:
    changes = [{"field": "comments", "value": second}, third]
    made = {"id": ACCOUNT, "time": first, "changes": changes, "messaging": fourth}
    old = {"changed_aspect": first, "object": "user", "object_id": second, "data": third, "time": fourth}

    for content in (
        instagram(made, first),
        instagram(made | {"id": second}),
        [old],
        {"object": third, "entry": fourth},
    ):
        assert all(account.replace("_", "").isdecimal() for account in read(content))
