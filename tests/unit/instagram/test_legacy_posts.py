import random

import pytest

from signpost.instagram.feed.legacy_posts import MOST, LegacyPost, packed, read, unpacked


def test_posts_are_read_with_what_they_have() -> None:
    body = {
        "data": [
            {"id": 17, "caption": "A", "media_url": "https://e.com/1.jpg", "timestamp": "2026-11-21T07:00:00+0000"},
            {"id": "shortcode-x", "permalink": "http://e.com/p", "timestamp": 1_795_244_400},
            {"caption": "no id"},
            "no post",
        ]
    }

    assert read(body) == (
        LegacyPost("17", "A", "https://e.com/1.jpg", None, 1_795_244_400.0),
        LegacyPost("shortcode-x", "", None, "http://e.com/p", 1_795_244_400.0),
    )


@pytest.mark.parametrize("address", ["javascript:alert(1)", "/path", "https:x", "https://[::1", "x" * 3000, 5])
def test_what_is_not_a_web_address_is_left_out(address: object) -> None:
    (post,) = read({"data": [{"id": "1", "media_url": address, "permalink": address}]})

    assert (post.media_url, post.permalink) == (None, None)


@pytest.mark.parametrize("identifier", [True, "", "x" * 129, 1.5])
def test_a_post_without_an_id_is_left_out(identifier: object) -> None:
    assert read({"data": [{"id": identifier}]}) == ()


@pytest.mark.parametrize("body", [None, [], "x", {}, {"data": None}])
def test_what_is_not_a_list_of_posts_is_an_error(body: object) -> None:
    with pytest.raises(ValueError, match="no list of posts"):
        read(body)


def test_a_packed_copy_fits_into_an_item_and_can_be_read_back() -> None:
    # Given as many posts as are kept, with captions that hardly compress
    letters = random.Random(1)
    signs = [chr(code) for code in range(0x4E00, 0x9FFF)]
    posts = read({"data": [{"id": str(number), "caption": "Rye"} for number in range(60)]})
    assert len(posts) == MOST
    large = [post._replace(caption="".join(letters.choices(signs, k=5000))) for post in posts]

    # Then all of the small ones are there, and the newest of the large ones
    assert unpacked(packed(posts)) == posts
    assert len(packed(large)) <= 350_000
    kept = unpacked(packed(large))
    assert kept == tuple(large[: len(kept)])
    assert kept
