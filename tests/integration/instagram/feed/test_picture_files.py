"""Pictures of posts."""

import base64
import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from signpost.platform import aws
from tests.http_events import http_event
from tests.integration.conftest import Handlers

Pictures = Callable[[str], dict[str, Any]]


@pytest.fixture
def picture(handlers: Handlers, context: object) -> Pictures:
    module = handlers("instagram_feed")

    def get(path: str) -> dict[str, Any]:
        reply: dict[str, Any] = module.handler(http_event("GET", f"/instagram/pictures/{path}"), context)
        return reply

    return get


@pytest.fixture
def bucket(picture: Pictures) -> str:
    return os.environ["MEDIA_BUCKET"]


def test_a_picture_can_be_cached_forever(picture: Pictures, bucket: str) -> None:
    aws.s3().put_object(Bucket=bucket, Key="pictures/facebook-1/5-1.jpg", Body=b"\xff\xd8x", ContentType="image/jpeg")

    reply = picture("facebook-1/5-1.jpg")

    assert reply["statusCode"] == 200
    assert base64.b64decode(reply["body"]) == b"\xff\xd8x"
    assert reply["isBase64Encoded"] is True
    assert reply["headers"]["content-type"] == "image/jpeg"
    assert reply["headers"]["cache-control"] == "public, max-age=31536000, immutable"
    assert reply["headers"]["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    ["facebook-1/6.jpg", "../secret.jpg", "a/../b.jpg", "a/./b.jpg", "a//b.jpg", "/a/b.jpg", "a/b", "a/b.jpg\n"],
)
def test_what_is_not_a_picture_is_not_found(picture: Pictures, path: str) -> None:
    reply = picture(path)

    assert reply["statusCode"] == 404
    assert json.loads(reply["body"])["error"]["code"] == "not_found"


def test_files_that_a_browser_could_run_or_that_are_too_large_are_not_sent(picture: Pictures, bucket: str) -> None:
    put = aws.s3().put_object
    put(Bucket=bucket, Key="pictures/x/1.svg", Body=b"<svg>", ContentType="image/svg+xml")
    put(Bucket=bucket, Key="pictures/x/2.jpg", Body=b"x" * 4_500_000, ContentType="image/jpeg")
    put(Bucket=bucket, Key="pictures/x/3.jpg", Body=b"<script>", ContentType="text/html")

    assert {picture(f"x/{name}")["statusCode"] for name in ("1.svg", "2.jpg", "3.jpg")} == {404}
