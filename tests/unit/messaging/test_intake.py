"""What cannot be read or kept is refused before anything else sees it, however it is sent."""

import base64
import gzip
import json
from typing import Any

import pytest

from signpost.messaging import intake
from signpost.platform.errors import InvalidInput

FORM = "application/x-www-form-urlencoded"
DEEP = "[" * 950 + "]" * 950


def request(body: bytes = b"", *, method: str = "POST", query: str = "", **headers: str) -> dict[str, Any]:
    return {
        "requestContext": {"http": {"method": method}},
        "rawQueryString": query,
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "body",
    [
        r'{"text": "\ud800"}',
        r'{"\udfff": "text"}',
        r'{"text": ["Hi\u0000"]}',
        '{"text": 1e999}',
        '{"text": NaN}',
        f'{{"text": {"9" * 5_000}}}',
        f'{{"text": {DEEP}}}',
    ],
)
def test_json_that_cannot_be_kept_is_refused(method: str, body: str) -> None:
    with pytest.raises(InvalidInput):
        intake.read(request(body.encode(), method=method))


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("pairs", ["text=%00", "text" + "[a]" * 1_000 + "=1", "text" + "[]" * 20 + "=1"])
def test_a_form_or_a_query_that_cannot_be_kept_is_refused(method: str, pairs: str) -> None:
    with pytest.raises(InvalidInput):
        intake.read(request(pairs.encode(), method=method, content_type=FORM))
    with pytest.raises(InvalidInput):
        intake.read(request(query=pairs, method=method))


def test_a_place_with_too_many_digits_is_a_name() -> None:
    digits = "1" * 5_000

    read = intake.read(request(query=f"c[{digits}]=x"))

    assert json.loads(read["body"]) == {"c": {digits: "x"}}


def test_a_packed_body_counts_only_if_all_of_it_arrived() -> None:
    packed = gzip.compress(b"text=Hello+world")

    whole = intake.read(request(packed, content_type=FORM, content_encoding="gzip"))
    assert json.loads(whole["body"]) == {"text": "Hello world"}
    with pytest.raises(InvalidInput):
        intake.read(request(packed[:-12], content_type=FORM, content_encoding="gzip"))


def test_a_small_packed_body_does_not_become_a_large_one() -> None:
    bomb = gzip.compress(b'{"text": "' + b"x" * 10_000_000 + b'"}')

    with pytest.raises(intake.TooLarge):
        intake.read(request(bomb, content_encoding="gzip"))


def test_numbers_and_lists_within_lists_are_read() -> None:
    given = {"c": [{"n": "Ben", "p": ["a", "b"]}], "count": 5, "large": 1e300, "text": "\N{GRINNING FACE}"}

    assert json.loads(intake.read(request(json.dumps(given).encode()))["body"]) == given
