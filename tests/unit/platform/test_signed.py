"""Signed values can be read for their purpose until they expire; anything else is refused."""

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signpost.platform.signed import SignatureExpired, SignatureInvalid, read, sign

KEY, OTHER = b"k" * 32, b"o" * 32
NOW = 1_800_000_000.0
VALUES = st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()))


@given(values=VALUES, purpose=st.text())
def test_what_was_signed_is_read_again(values: dict[str, object], purpose: str) -> None:
    text = sign(values, [KEY], purpose=purpose)
    assert read(text, [KEY], purpose=purpose, now=NOW) == values
    assert text.isascii()
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@given(at=st.integers(0, 10_000), letter=st.sampled_from("aB3-_.=Ü\n"))
def test_a_changed_letter_is_noticed(at: int, letter: str) -> None:
    text = sign({"app_id": "bakery"}, [KEY], purpose="test", expires_at=NOW + 60)
    at %= len(text)
    changed = text[:at] + letter + text[at + 1 :]
    if changed != text:
        with pytest.raises(SignatureInvalid):
            read(changed, [KEY], purpose="test", now=NOW)


@given(text=st.text())
def test_what_was_not_signed_is_refused(text: str) -> None:
    with pytest.raises(SignatureInvalid):
        read(text, [KEY], purpose="test", now=NOW)


def test_what_is_too_long_is_refused() -> None:
    with pytest.raises(SignatureInvalid):
        read(sign({"text": "a" * 9000}, [KEY], purpose="test"), [KEY], purpose="test", now=NOW)


def test_the_first_key_signs_and_every_key_verifies() -> None:
    text = sign({"a": 1}, [KEY, OTHER], purpose="test")
    assert read(text, [OTHER, KEY], purpose="test", now=NOW) == {"a": 1}
    for keys in ([OTHER], [], [b""]):
        with pytest.raises(SignatureInvalid):
            read(text, keys, purpose="test", now=NOW)


def test_nobody_signs_or_reads_with_an_empty_key() -> None:
    with pytest.raises(ValueError, match="key"):
        sign({}, [b""], purpose="test")
    payload = base64.urlsafe_b64encode(json.dumps({"values": {}}).encode()).decode().rstrip("=")
    mac = hmac.digest(b"", b"signpost signed 1\n4\ntest\n" + payload.encode(), hashlib.sha256)
    forged = f"{payload}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"
    with pytest.raises(SignatureInvalid):
        read(forged, [b""], purpose="test", now=NOW)


@pytest.mark.parametrize(("signed", "wanted"), [("login", "link"), ("a", "a\nb"), ("a\nb", "a"), ("", "a")])
def test_a_purpose_is_refused_for_another(signed: str, wanted: str) -> None:
    with pytest.raises(SignatureInvalid):
        read(sign({"a": 1}, [KEY], purpose=signed), [KEY], purpose=wanted, now=NOW)


def test_it_ends_at_its_moment() -> None:
    text = sign({"a": 1}, [KEY], purpose="test", expires_at=NOW)
    assert read(text, [KEY], purpose="test", now=NOW - 0.001) == {"a": 1}
    with pytest.raises(SignatureExpired) as raised:
        read(text, [KEY], purpose="test", now=NOW)
    assert raised.value.values == {"a": 1}
    assert raised.value.status == 400


def test_a_value_named_like_the_end_is_no_end() -> None:
    text = sign({"until": 1}, [KEY], purpose="test")
    assert read(text, [KEY], purpose="test", now=NOW) == {"until": 1}
