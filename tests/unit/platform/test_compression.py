"""Replies in gzip."""

import base64
import gzip

import pytest

from signpost.platform.compression import accepts_gzip, compressed
from signpost.platform.http import reply
from tests.http_events import http_event

LONG = "<p>Grüße</p>" * 200


@pytest.mark.parametrize(
    ("accepts", "is_accepted"),
    [
        ("gzip, deflate, br", True),
        ("br;q=1.0, GZIP;q=0.8", True),
        ("*", True),
        ("gzip;q=0, *", False),
        ("*;q=0", False),
        ("identity", False),
        ("", False),
        (None, False),
    ],
)
def test_gzip_is_for_those_who_accept_it(accepts: str | None, *, is_accepted: bool) -> None:
    assert accepts_gzip(accepts) is is_accepted


def test_a_long_reply_is_compressed_and_the_same() -> None:
    event = http_event("GET", "/fp", headers={"accept-encoding": "gzip"})

    sent = compressed(event, reply(200, LONG, "text/html", {"vary": "accept"}))

    assert gzip.decompress(base64.b64decode(sent["body"])).decode() == LONG
    assert sent["isBase64Encoded"]
    assert sent["headers"]["content-encoding"] == "gzip"
    assert sent["headers"]["vary"] == "accept, accept-encoding"
    assert sent == compressed(event, reply(200, LONG, "text/html", {"vary": "accept"}))


def test_caches_know_that_others_get_it_plain() -> None:
    sent = compressed(http_event("GET", "/fp"), reply(200, LONG))

    assert (sent["body"], sent["headers"]["vary"]) == (LONG, "accept-encoding")


@pytest.mark.parametrize("short", [reply(200, "short"), {**reply(200, "A" * 5000), "isBase64Encoded": True}])
def test_what_is_short_or_binary_stays_as_it_is(short: dict[str, object]) -> None:
    assert compressed(http_event("GET", "/fp", headers={"accept-encoding": "gzip"}), short) == short
