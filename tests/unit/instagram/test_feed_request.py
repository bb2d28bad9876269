from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.instagram.feed.cursors import cursor, next_query, position
from signpost.instagram.feed.request import FeedRequest, read
from signpost.instagram.posts import media_key
from signpost.platform.errors import InvalidField, InvalidInput


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, FeedRequest("a")),
        ({"username_or_hashtag": "@Nora"}, FeedRequest("a", name="nora")),
        ({"username_or_hashtag": "@", "following": "Nora"}, FeedRequest("a", name="nora")),
        ({"following": "@Nora"}, FeedRequest("a", name="nora")),
        ({"following": "#Rye"}, FeedRequest("a", is_hashtag=True, name="rye")),
        ({"username_or_hashtag": "#", "following": "Rye"}, FeedRequest("a", is_hashtag=True, name="rye")),
        ({"username_or_hashtag": "#Straße"}, FeedRequest("a", is_hashtag=True, name="strasse")),
        ({"username_or_hashtag": "#rye", "following": "@nora"}, FeedRequest("a", is_hashtag=True, name="rye")),
        ({"is_settings": "True", "limit": "50"}, FeedRequest("a", is_settings=True, limit=50)),
        ({"page_name": " Nora's PAGE "}, FeedRequest("a", page_name="nora's page")),
    ],
)
def test_what_a_widget_asks_for(query: dict[str, str], expected: FeedRequest) -> None:
    assert read({"app_id": "a", **query}) == expected


@pytest.mark.parametrize("limit", ["0", "51", "-1", "1.0", "٣", "0000000075", "00000000599999999999", "9" * 5000])
def test_a_limit_is_a_number_within_bounds_however_it_is_spelled(limit: str) -> None:
    with pytest.raises(InvalidField, match="limit: a whole number from 1 to 50"):
        read({"app_id": "a", "limit": limit})


@given(st.text(max_size=80), st.integers(0, 4_000_000_000), st.from_regex(r"[0-9]{1,32}", fullmatch=True))
def test_a_cursor_is_valid_in_its_own_feed_only(owner: str, posted_at: int, media_id: str) -> None:
    place = media_key(posted_at, media_id)
    made = cursor(owner, place)

    assert position(owner, made) == place
    assert position(owner, "") is None
    with pytest.raises(InvalidInput):
        position(owner + "x", made)


@given(st.text(max_size=200))
def test_any_cursor_is_read_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        assert position("facebook-1", text) is None or text


@given(st.dictionaries(st.sampled_from(["username_or_hashtag", "following", "limit", "cursor"]), st.text()))
def test_any_query_is_read_or_refused(query: dict[str, str]) -> None:
    try:
        request = read({"app_id": "a", **query})
    except (InvalidInput, InvalidField):
        return
    assert 1 <= request.limit <= 50


def test_the_query_of_the_next_page_differs_in_its_cursor() -> None:
    assert next_query({"app_id": "a b", "cursor": "old"}, "new") == "app_id=a+b&cursor=new"
