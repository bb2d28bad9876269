"""Fields that Meta refuses are left out; what is asked for stays as much as it gives."""

from typing import Any

import pytest

from signpost.instagram.graph import accounts as graph_accounts
from signpost.instagram.graph import hashtags as graph_hashtags
from signpost.instagram.graph import media as graph_media
from signpost.instagram.graph.errors import FieldRefused, GraphBug, TooMuchData
from signpost.instagram.graph.refused import Refused
from signpost.instagram.products import Provider
from tests.unit.instagram.meta import TOKEN, Meta, Reply, error

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
ACCOUNT = "17841400000000001"
EMPTY: dict[str, Any] = {"data": []}
TOO_MUCH = error(1, None, "Please reduce the amount of data you're asking for, then retry your request")


def unknown(field: str) -> Reply:
    return error(100, None, f"(#100) Tried accessing nonexisting field ({field}) on node type (IGMedia)")


def asked_fields(meta: Meta) -> list[str]:
    return [asked.query["fields"] for asked in meta.asked]


def test_refused_fields_are_left_out_one_after_the_other() -> None:
    meta, refused = Meta(unknown("alt_text"), unknown("thumbnail_url"), EMPTY, EMPTY), Refused()

    graph_media.account_media(meta.graph(INSTAGRAM), TOKEN, ACCOUNT, refused=refused)
    graph_media.account_media(meta.graph(INSTAGRAM), TOKEN, ACCOUNT, refused=refused)

    # Then the rest is asked for, also without those in albums, and the next call knows
    assert "alt_text" in asked_fields(meta)[0]
    for fields in asked_fields(meta)[2:]:
        assert not {"alt_text", "thumbnail_url"} & set(fields.replace("{", ",").replace("}", ",").split(","))
        assert "children{id,media_type,media_url,timestamp}" in fields
    assert refused.new == ("field/media/alt_text", "field/media/thumbnail_url")


def test_what_was_refused_before_is_not_asked_for() -> None:
    meta = Meta(EMPTY)

    refused = Refused(["field/media/alt_text", "field/account/username", "metric/FEED/2026/saved"])
    graph_media.account_media(meta.graph(INSTAGRAM), TOKEN, ACCOUNT, refused=refused)

    assert "alt_text" not in asked_fields(meta)[0]
    assert "username" in asked_fields(meta)[0]


@pytest.mark.parametrize("field", ["id", "timestamp", "never_asked_for"])
def test_a_field_that_posts_need_is_not_left_out(field: str) -> None:
    meta = Meta(unknown(field))

    with pytest.raises(FieldRefused):
        graph_media.account_media(meta.graph(INSTAGRAM), TOKEN, ACCOUNT)

    assert len(meta.asked) == 1


def test_facebooks_counts_are_left_out_when_meta_does_not_say_what_it_refuses() -> None:
    meta, refused = Meta(error(100), EMPTY, EMPTY), Refused()

    for _ in range(2):
        graph_media.account_media(meta.graph(FACEBOOK), TOKEN, ACCOUNT, refused=refused)

    assert ["saved_count" in fields for fields in asked_fields(meta)] == [True, False, False]
    assert len(refused.new) == 6


@pytest.mark.parametrize("provider", Provider)
def test_a_call_that_is_wrong_without_them_too_fails(provider: Provider) -> None:
    meta, refused = Meta(error(100), error(100, None, "Invalid cursor")), Refused()

    with pytest.raises(GraphBug):
        graph_media.account_media(meta.graph(provider), TOKEN, ACCOUNT, "QVFI", refused=refused)

    assert refused.new == ()


def test_a_page_that_is_too_large_is_halved_and_the_next_ones_are_as_small() -> None:
    meta, refused = Meta(TOO_MUCH, TOO_MUCH, EMPTY, EMPTY), Refused()

    for _ in range(2):
        graph_media.account_media(meta.graph(), TOKEN, ACCOUNT, limit=50, refused=refused)

    assert [asked.query["limit"] for asked in meta.asked] == ["50", "25", "12", "12"]


def test_a_single_post_that_is_too_large_is_metas_fault() -> None:
    meta = Meta(TOO_MUCH, TOO_MUCH)

    with pytest.raises(TooMuchData):
        graph_media.account_media(meta.graph(), TOKEN, ACCOUNT, limit=2)

    assert len(meta.asked) == 2


def test_hashtags_have_the_same_way_out() -> None:
    meta = Meta(unknown("like_count"), TOO_MUCH, EMPTY)

    graph_hashtags.hashtag_media(meta.graph(), TOKEN, ACCOUNT, "17843", refused=Refused())

    assert [asked.query["limit"] for asked in meta.asked] == ["50", "50", "25"]
    assert "like_count" not in asked_fields(meta)[-1]


def test_a_login_works_without_a_refused_field() -> None:
    account = {"id": "1", "user_id": "2", "username": "nora"}
    meta = Meta(unknown("account_type"), account, unknown("tasks"), unknown("media_count"), EMPTY)

    assert graph_accounts.my_account(meta.graph(INSTAGRAM), TOKEN).value.username == "nora"
    assert graph_accounts.my_pages(meta.graph(FACEBOOK), TOKEN).value == ()

    assert "media_count" not in asked_fields(meta)[-1]
    assert "instagram_business_account{id,username," in asked_fields(meta)[-1]
