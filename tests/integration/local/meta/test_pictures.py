"""Pictures, and their addresses that expire."""

import io
from urllib.parse import parse_qs, urlsplit

import requests
from PIL import Image

from local.meta import Meta, drawings
from tests.integration.local.meta.conftest import KILN, Client, Time, first


def test_pictures_are_pictures(meta: Meta, instagram: Client) -> None:
    media = meta.account(KILN).media[0]
    address = instagram.get(media.id, fields="media_url")["media_url"]
    answer = requests.get(address, timeout=20)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    # Which a decoder reads
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (drawings.SIDE, drawings.SIDE)
        assert len(picture.convert("RGB").getcolors(1000) or ()) > 10


def test_a_picture_is_the_same_each_time_and_posts_have_their_own(meta: Meta, instagram: Client) -> None:
    first, second, *_ = [media for media in meta.account(KILN).media if media.media_type == "IMAGE" and media.shown_url]
    found = [instagram.get(media.id, fields="media_url")["media_url"] for media in (first, first, second)]
    one, again, other = [requests.get(address, timeout=20).content for address in found]
    assert one == again != other


def test_addresses_expire(meta: Meta, instagram: Client, clock: Time) -> None:
    # Given an address, which says when it expires
    media = meta.account(KILN).media[0]
    address = instagram.get(media.id, fields="media_url")["media_url"]
    expires = int(parse_qs(urlsplit(address).query)["oe"][0], 16)
    assert clock() < expires < clock() + 30 * 86_400
    # When it has expired
    clock.pass_by(seconds=expires - clock())
    answer = requests.get(address, timeout=20)
    # Then it is refused, and there is a new one
    assert (answer.status_code, answer.text) == (403, "URL signature expired")
    fresh = instagram.get(media.id, fields="media_url")["media_url"]
    assert requests.get(fresh, timeout=20).status_code == 200


def test_the_expiry_cannot_be_changed(meta: Meta, instagram: Client) -> None:
    address = instagram.get("me", fields="profile_picture_url")["profile_picture_url"]
    assert requests.get(address, timeout=20).status_code == 200
    for wrong in (address[:-1] + ("0" if address[-1] != "0" else "1"), address.partition("?")[0]):
        answer = requests.get(wrong, timeout=20)
        assert (answer.status_code, answer.text) == (403, "Bad URL hash")


def test_videos_have_a_file_and_a_thumbnail(meta: Meta, instagram: Client) -> None:
    media = first(meta.account(KILN).media, media_type="VIDEO", shown_url=True)
    found = instagram.get(media.id, fields="media_url,thumbnail_url")
    assert requests.get(found["media_url"], timeout=20).headers["Content-Type"] == "video/mp4"
    assert requests.get(found["thumbnail_url"], timeout=20).headers["Content-Type"] == "image/png"
