"""Hashtag search with its quota, and the media that it leads to."""

import pytest

from local.meta import Meta
from tests.integration.local.meta.conftest import FACEBOOK, NORA, Client, Time

FIELDS = "caption,children,comments_count,id,like_count,media_type,media_url,permalink,timestamp"


def user(meta: Meta, name: str = NORA) -> dict[str, str]:
    return {"user_id": meta.account(name).id}


def search(meta: Meta, client: Client, tag: str) -> str:
    found: str = client.get("ig_hashtag_search", q=tag, **user(meta))["data"][0]["id"]
    return found


def test_ids_are_the_same_for_all_accounts(meta: Meta, facebook: Client) -> None:
    mine = search(meta, facebook, "Food")
    ruth = Client(facebook.base, meta.connect("facebook", "ruth", FACEBOOK))
    theirs = ruth.get("ig_hashtag_search", q="food", fields="id,name", **user(meta, "ruth.bikes.demo"))
    assert theirs == {"data": [{"id": mine, "name": "food"}]}


@pytest.mark.parametrize("tag", ["nosuchtag", "two words", "#food", "🎉", "banned"])
def test_tags_that_cannot_be_viewed(meta: Meta, facebook: Client, tag: str) -> None:
    meta.state.hashtags_missing.add("banned")
    assert facebook.refused("ig_hashtag_search", q=tag, **user(meta)) == (24, 2207024)


def test_searching_is_refused(meta: Meta, facebook: Client, instagram: Client) -> None:
    assert facebook.refused("ig_hashtag_search", q="food") == (100, None)
    assert facebook.refused("ig_hashtag_search", **user(meta)) == (100, None)
    assert facebook.refused("ig_hashtag_search", q="food", user_id="1") == (100, 33)
    assert facebook.refused("ig_hashtag_search", q="food", fields="nope", **user(meta)) == (100, None)
    assert facebook.refused("ig_hashtag_search", "POST", q="food", **user(meta)) == (100, 33)
    assert instagram.refused("ig_hashtag_search", q="food", **user(meta))[0] == 100
    # An app without the feature, and a token without the permission
    meta.switches.public_content_access = False
    assert facebook.refused("ig_hashtag_search", q="food", **user(meta)) == (10, None)
    meta.switches.public_content_access = True
    meta.remove_permission("nora", "instagram_basic")
    assert facebook.refused("ig_hashtag_search", q="food", **user(meta)) == (10, None)


def test_thirty_different_tags_in_seven_days(meta: Meta, facebook: Client, clock: Time) -> None:
    # Given thirty tags, one an hour
    for number in range(30):
        search(meta, facebook, f"tag{number}")
        clock.pass_by(hours=1)
    # Then the 31st is refused, while repeats are free, and so are tags that do not exist
    assert facebook.refused("ig_hashtag_search", q="onemore", **user(meta)) == (18, 2207034)
    search(meta, facebook, "TAG0")
    assert facebook.refused("ig_hashtag_search", q="nosuchtag", **user(meta)) == (24, 2207024)
    shown = facebook.get(f"{user(meta)['user_id']}/recently_searched_hashtags", limit=30)
    assert len(shown["data"]) == 30
    assert len(facebook.get(f"{user(meta)['user_id']}/recently_searched_hashtags")["data"]) == 25
    # When the first is 7 days old, which its repeat did not extend
    clock.pass_by(days=7, hours=-30, seconds=1)
    # Then there is room for one more, and only one
    search(meta, facebook, "onemore")
    assert facebook.refused("ig_hashtag_search", q="another", **user(meta)) == (18, 2207034)


def test_reading_by_a_known_id_counts_too(meta: Meta, facebook: Client) -> None:
    # Given a tag that Ruth has searched, and Nora's quota, which is used up
    ruth = Client(facebook.base, meta.connect("facebook", "ruth", FACEBOOK))
    tag = ruth.get("ig_hashtag_search", q="food", **user(meta, "ruth.bikes.demo"))["data"][0]["id"]
    for number in range(30):
        search(meta, facebook, f"tag{number}")
    # Then Nora may not read it
    assert facebook.refused(f"{tag}/recent_media", **user(meta)) == (18, 2207034)


def test_recent_media_are_of_the_last_day_with_few_fields(meta: Meta, facebook: Client, clock: Time) -> None:
    post = meta.publish(NORA, "Mine #Food")
    tag = search(meta, facebook, "food")
    answer = facebook.get(f"{tag}/recent_media", fields=FIELDS, limit=50, **user(meta))
    ids = [each["id"] for each in answer["data"]]
    assert post.id in ids
    assert len(ids) > 20
    assert not any("media_url" in each for each in answer["data"] if each["media_type"] == "CAROUSEL_ALBUM")
    # Not always in order
    stamps = [each["timestamp"] for each in answer["data"]]
    assert stamps != sorted(stamps, reverse=True)
    # A day later those are gone, and there are others
    clock.pass_by(days=1, seconds=1)
    later = [each["id"] for each in facebook.get(f"{tag}/recent_media", limit=50, **user(meta))["data"]]
    assert len(later) > 20
    assert not set(ids) & set(later)


@pytest.mark.parametrize("field", ["username", "thumbnail_url", "owner", "shortcode", "media_product_type"])
def test_hashtag_media_have_no_other_fields(meta: Meta, facebook: Client, field: str) -> None:
    tag = search(meta, facebook, "food")
    assert facebook.refused(f"{tag}/recent_media", fields=field, **user(meta)) == (100, None)


def test_hashtag_media_are_paged(meta: Meta, facebook: Client) -> None:
    tag = search(meta, facebook, "food")
    one = facebook.get(f"{tag}/recent_media", limit=15, **user(meta))
    after = one["paging"]["cursors"]["after"]
    two = facebook.get(f"{tag}/recent_media", limit=15, after=after, **user(meta))
    assert not {each["id"] for each in one["data"]} & {each["id"] for each in two["data"]}
    assert len(facebook.get(f"{tag}/top_media", limit=500, **user(meta))["data"]) == 50


def test_reading_a_hashtag_is_refused(meta: Meta, facebook: Client) -> None:
    tag = search(meta, facebook, "food")
    assert facebook.refused(f"{tag}/recent_media") == (100, None)
    assert facebook.refused(f"{tag}/media", **user(meta)) == (2500, None)
    assert facebook.refused("17843000000000000/recent_media", **user(meta)) == (100, 33)


def test_ids_of_demo_tags_are_known_without_a_search(meta: Meta, facebook: Client) -> None:
    tag = search(meta, facebook, "bread")
    meta.state.hashtag_names.clear()
    assert facebook.get(tag, fields="name")["name"] == "bread"
