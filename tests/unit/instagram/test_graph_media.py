from typing import Any

import pytest

from signpost.instagram.graph import hashtags as graph_hashtags
from signpost.instagram.graph import media as graph_media
from signpost.instagram.graph.errors import HashtagQuota, HashtagUnknown, MetaUnavailable
from signpost.instagram.graph.models import Child, Media, address_expires_at
from signpost.instagram.products import Provider
from tests.unit.instagram.meta import TOKEN, Meta, error

FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
ACCOUNT = "17841400000000001"
POST = {
    "id": "18000000000000001",
    "caption": "Lunch #food",
    "media_type": "IMAGE",
    "media_product_type": "FEED",
    "media_url": "https://cdn.example/a.jpg?oe=6121D7A6",
    "permalink": "https://www.instagram.com/p/x/",
    "shortcode": "x",
    "timestamp": "2019-09-26T22:36:43+0000",
    "username": "powr_io",
    "owner": {"id": "178"},
    "like_count": 0,
    "comments_count": 3,
    "is_comment_enabled": False,
    "is_shared_to_feed": True,
    "alt_text": "A plate",
    "saved_count": 4,
    "children": {"data": [{"id": 2**60, "media_type": "VIDEO", "thumbnail_url": "https://t"}, {"no": "id"}, 5]},
}


def test_a_post_with_every_field() -> None:
    meta = Meta(POST)

    media = graph_media.one_media(meta.graph(FACEBOOK), TOKEN, "18000000000000001").value

    assert media == Media(
        id="18000000000000001",
        caption="Lunch #food",
        media_type="IMAGE",
        product_type="FEED",
        media_url="https://cdn.example/a.jpg?oe=6121D7A6",
        permalink="https://www.instagram.com/p/x/",
        shortcode="x",
        timestamp=1569537403.0,
        username="powr_io",
        owner_id="178",
        alt_text="A plate",
        is_comment_enabled=False,
        is_shared_to_feed=True,
        like_count=0,
        comments_count=3,
        saved_count=4,
        children=(Child(str(2**60), "VIDEO", None, "https://t", None),),
    )
    assert meta.asked[0].address == "https://graph.facebook.com/v26.0/18000000000000001"


def test_a_post_may_lack_everything_but_its_id() -> None:
    # It has no caption, its music is copyrighted, and its likes are hidden.
    assert graph_media.one_media(Meta({"id": 2**60}).graph(), TOKEN, "1").value == Media(id=str(2**60))


def test_a_post_without_an_id_is_not_an_answer() -> None:
    with pytest.raises(MetaUnavailable, match="'id'"):
        graph_media.one_media(Meta({"caption": "x"}).graph(), TOKEN, "1")


def test_a_page_of_media_is_asked_for_by_cursor() -> None:
    meta = Meta(
        {"data": [POST, {"caption": "no id"}, 7], "paging": {"cursors": {"after": "QVFI"}, "next": "https://x?token"}}
    )

    page = graph_media.account_media(meta.graph(INSTAGRAM), TOKEN, ACCOUNT, after="QVFH", limit=500).value

    assert [media.id for media in page.media] == ["18000000000000001"]
    assert (page.after, page.unreadable) == ("QVFI", 2)
    asked = meta.asked[0]
    assert asked.address == f"https://graph.instagram.com/v26.0/{ACCOUNT}/media"
    assert (asked.query["after"], asked.query["limit"]) == ("QVFH", "100")


def test_the_last_page_has_a_cursor_and_no_next() -> None:
    meta = Meta({"data": [], "paging": {"cursors": {"after": "QVFI"}}})

    page = graph_media.account_media(meta.graph(), TOKEN, ACCOUNT).value

    assert (page.media, page.after) == ((), None)
    assert set(meta.asked[0].query) == {"fields", "limit", "appsecret_proof"}


def test_a_page_without_data_is_not_an_empty_page() -> None:
    with pytest.raises(MetaUnavailable, match="data"):
        graph_media.account_media(Meta({}).graph(), TOKEN, ACCOUNT)


def test_each_product_is_asked_only_for_fields_that_it_has() -> None:
    meta = Meta({"data": []}, {"data": []})

    graph_media.account_media(meta.graph(FACEBOOK), TOKEN, ACCOUNT)
    graph_media.account_media(meta.graph(INSTAGRAM), TOKEN, ACCOUNT)

    facebook, instagram = (asked.query["fields"] for asked in meta.asked)
    assert "saved_count" in facebook
    assert "saved_count" not in instagram
    assert "children{id," in instagram


def test_stories_have_no_children() -> None:
    meta = Meta({"data": [{"id": "1", "media_product_type": "STORY"}]})

    page = graph_media.account_stories(meta.graph(), TOKEN, ACCOUNT).value

    assert page.media[0].product_type == "STORY"
    assert meta.asked[0].address.endswith(f"/{ACCOUNT}/stories")
    assert "children" not in meta.asked[0].query["fields"]


def test_the_pictures_of_an_album() -> None:
    meta = Meta({"data": [{"id": "1", "media_type": "IMAGE", "media_url": "https://a"}]})

    assert graph_media.album_children(meta.graph(), TOKEN, "18").value == (
        Child("1", "IMAGE", "https://a", None, None),
    )
    assert meta.asked[0].address.endswith("/18/children")


def test_an_id_cannot_change_the_path() -> None:
    meta = Meta({"id": "1"})

    graph_media.one_media(meta.graph(), TOKEN, "../me/accounts?x=")

    assert meta.asked[0].address == "https://graph.facebook.com/v26.0/..%2Fme%2Faccounts%3Fx%3D"


@pytest.mark.parametrize(
    ("url", "expires"),
    [
        ("https://scontent.cdninstagram.com/v/a.jpg?_nc_ht=x&oe=6121D7A6&oh=1", 1629607846.0),
        ("https://a/?oe=zz", None),
        ("https://a/", None),
        ("https://[a", None),
    ],
)
def test_addresses_of_pictures_expire(url: str, expires: float | None) -> None:
    assert address_expires_at(url) == expires


@pytest.mark.parametrize("body", [{"data": [{"id": "17843857450040591"}]}, {"id": 17843857450040591}])
def test_a_hashtag_has_an_id(body: Any) -> None:
    meta = Meta(body)

    assert graph_hashtags.hashtag_id(meta.graph(), TOKEN, ACCOUNT, "#food").value == "17843857450040591"

    assert meta.asked[0].query["q"] == "food"
    assert meta.asked[0].query["user_id"] == ACCOUNT


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        (error(24, 2207024), HashtagUnknown),
        ({"data": []}, HashtagUnknown),
        (error(18, 2207034), HashtagQuota),
        ({"data": [{"name": "food"}]}, MetaUnavailable),
    ],
)
def test_a_hashtag_may_be_unknown_or_exceed_the_quota(answer: Any, raised: type[Exception]) -> None:
    with pytest.raises(raised):
        graph_hashtags.hashtag_id(Meta(answer).graph(), TOKEN, ACCOUNT, "food")


def test_media_with_a_hashtag_have_neither_user_nor_thumbnail() -> None:
    post = {"id": "1", "media_type": "CAROUSEL_ALBUM", "children": {"data": [{"id": "2"}]}}
    page = {"data": [post], "paging": {"cursors": {"after": "c"}, "next": "https://x"}}
    meta = Meta(page, page)
    graph = meta.graph()

    recent = graph_hashtags.hashtag_media(graph, TOKEN, ACCOUNT, "178").value
    graph_hashtags.hashtag_media(graph, TOKEN, ACCOUNT, "178", after="c")

    assert (recent.media[0].username, recent.media[0].media_url, recent.after) == (None, None, "c")
    assert [asked.address.rpartition("/")[2] for asked in meta.asked] == ["recent_media"] * 2
    fields = meta.asked[0].query["fields"]
    assert not {"username", "thumbnail_url", "owner"} & set(fields.split(","))
    assert (meta.asked[1].query["after"], meta.asked[1].query["limit"]) == ("c", "50")
