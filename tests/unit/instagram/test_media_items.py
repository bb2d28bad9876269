"""Posts and their measurements as they are stored."""

from typing import Any

import pytest

from signpost.instagram.graph.insights import Insights
from signpost.instagram.graph.models import Child, Media, ProfessionalAccount
from signpost.instagram.posts import (
    Post,
    account_numbers,
    attributes,
    from_item,
    item,
    measurement,
    media_key,
    merged,
    metrics_changed,
    post_of,
    shortcode,
    with_insights,
)

POSTED = 1_795_244_523.0  # 2026-11-21T07:02:03Z
TOLD = Media(
    "18",
    "Rye #Bread #bread #Brød",
    "CAROUSEL_ALBUM",
    "FEED",
    permalink="https://www.instagram.com/p/C1/",
    timestamp=POSTED,
    like_count=0,
    comments_count=3,
    children=(Child("19", "VIDEO", None, None, None), Child("20", None, None, None, None)),
)


def test_keys_sort_by_time() -> None:
    assert media_key(POSTED + 0.9, "18") == "media#2026-11-21T07:02:03Z#18"
    assert post_of(TOLD).key == media_key(POSTED, "18")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"shortcode": "Cabc-_1"}, "Cabc-_1"),
        ({"permalink": "https://www.instagram.com/p/Cabc-_1/"}, "Cabc-_1"),
        ({"permalink": "https://www.instagram.com/nora.bakes/reel/Cabc-_1/?igsh=x"}, "Cabc-_1"),
        ({"permalink": "https://www.instagram.com/stories/nora/18/"}, "18"),
        ({}, "18"),
    ],
)
def test_a_post_is_named_as_in_its_address(given: dict[str, Any], found: str) -> None:
    assert shortcode(Post("18", POSTED)._replace(**given)) == found


def test_a_post_comes_back_as_it_was_stored() -> None:
    insights = Insights({"reach": 7, "reels_skip_rate": 12.5}, {"navigation": {"TAP_EXIT": 2}}, ())
    post = with_insights(post_of(TOLD), insights, POSTED + 60.25)._replace(
        pictures=("pictures/i/18-1.jpg",), imported_at=POSTED + 1, no_insights=True
    )

    stored = item("facebook-1", post)

    assert from_item(stored) == post
    assert (stored["owner"], stored["item"]) == ("facebook-1", post.key)
    assert stored["metrics"]["reels_skip_rate"] == 12.5
    assert stored["children"] == ({"id": "19", "media_type": "VIDEO"}, {"id": "20", "media_type": "IMAGE"})
    assert post.tags == ("bread", "brød")


def test_what_is_empty_is_not_stored() -> None:
    assert set(attributes(Post("18", POSTED))) == {"media_id", "posted_at"}
    assert from_item(item("i", Post("18", POSTED))) == Post("18", POSTED)


def test_a_post_without_a_time_cannot_be_stored() -> None:
    with pytest.raises(ValueError, match="time"):
        post_of(TOLD._replace(timestamp=None))


def test_what_meta_no_longer_shows_stays_as_it_was() -> None:
    # Given a post with insights, whose likes have been hidden since
    before = with_insights(post_of(TOLD), Insights({"reach": 7}, {}, ()), POSTED)._replace(
        pictures=("a.jpg",), imported_at=POSTED, no_insights=True
    )

    after = merged(before, post_of(TOLD._replace(like_count=None, comments_count=4, caption="New")), POSTED)

    assert after.metrics == {"like_count": 0, "comments_count": 4, "reach": 7}
    assert after == before._replace(caption="New", tags=(), metrics=after.metrics)
    assert merged(None, before, POSTED) == before


def test_a_videos_address_is_renewed_before_it_ends() -> None:
    def video(expires_at: float, sign: str) -> Post:
        url = f"https://video.fbcdn.net/1.mp4?oh={sign}&oe={int(expires_at):X}"
        children = (Child("19", "VIDEO", url, "https://still", None), Child("20", "IMAGE", url, None, None))
        return post_of(TOLD._replace(media_type="VIDEO", media_url=url, children=children))

    day = 86_400
    stored, told = video(POSTED + 4 * day, "a"), video(POSTED + 6 * day, "b")

    assert merged(stored, told, POSTED + 2 * day) == stored
    assert merged(stored, told, POSTED + 3 * day) == told
    assert merged(stored, told._replace(children=()), POSTED) == told._replace(children=())
    assert merged(stored, told._replace(media_url=None), POSTED).media_url is None
    assert from_item(item("i", stored)) == stored
    assert "media_url" not in stored.children[1], "pictures are copied, and need no address"
    assert post_of(TOLD._replace(media_type="IMAGE", media_url="https://picture")).media_url is None


def test_a_measurement_is_new_when_a_number_changed() -> None:
    post = post_of(TOLD)

    assert metrics_changed(None, post)
    assert not metrics_changed(None, Post("18", POSTED))
    assert not metrics_changed(post, post._replace(caption="New", metrics_at=POSTED))
    assert metrics_changed(post, with_insights(post, Insights({"reach": 1}, {}, ()), POSTED))
    assert metrics_changed(post, with_insights(post, Insights({}, {"navigation": {"TAP_EXIT": 1}}, ()), POSTED))
    assert measurement("facebook-1", post, POSTED) == {
        "owner": "facebook-1#18",
        "item": "2026-11-21T07:02:03Z",
        "metrics": {"like_count": 0, "comments_count": 3},
    }


def test_a_snapshot_of_an_account_holds_the_numbers_that_meta_gave() -> None:
    account = ProfessionalAccount("1", "nora", followers_count=5)

    assert account_numbers("facebook-1", account, POSTED) == {
        "owner": "facebook-1#account",
        "item": "2026-11-21T07:02:03Z",
        "username": "nora",
        "followers_count": 5,
    }
