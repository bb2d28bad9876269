"""Forms as browsers send them."""

import base64

import pytest

from signpost.platform import forms
from signpost.platform.errors import InvalidInput, WrongMediaType
from tests.http_events import http_event

HEADERS = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}


def test_fields_are_read_in_any_language() -> None:
    event = http_event("POST", "/fp", headers=HEADERS, body="name=Gr%C3%BC%C3%9Fe&empty=&twice=a&twice=b")

    assert forms.read(event) == {"name": "Grüße", "empty": "", "twice": "a,b"}


def test_a_form_comes_in_base_64() -> None:
    event = http_event("POST", "/fp", headers=HEADERS, body=base64.b64encode(b"a=1+2").decode())

    assert forms.read(event | {"isBase64Encoded": True}) == {"a": "1 2"}


@pytest.mark.parametrize("body", ["a=%FF", "a=1&" * 61, "a" * 70_000])
def test_what_cannot_be_read_is_refused(body: str) -> None:
    with pytest.raises(InvalidInput):
        forms.read(http_event("POST", "/fp", headers=HEADERS, body=body))


def test_broken_base_64_is_refused() -> None:
    with pytest.raises(InvalidInput):
        forms.read(http_event("POST", "/fp", headers=HEADERS, body="?") | {"isBase64Encoded": True})


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_only_forms_are_read(kind: str) -> None:
    with pytest.raises(WrongMediaType):
        forms.read(http_event("POST", "/fp", headers={"content-type": kind}, body="a=1"))
