import base64
import hashlib
import hmac
import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from local.meta.signatures import escaped, sha1, sha256, signed_request

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)


def test_json_is_escaped_as_meta_does() -> None:
    assert escaped({"text": "äöå </%@"}) == rb'{"text":"\u00e4\u00f6\u00e5 \u003C\/\u0025\u0040"}'


@given(JSON)
def test_escaped_json_means_the_same(value: Any) -> None:
    raw = escaped(value)
    assert json.loads(raw) == value
    assert raw.isascii()


def test_the_example_of_rfc_4231() -> None:
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert sha256("Jefe", b"what do ya want for nothing?") == expected


def test_the_example_of_rfc_2202() -> None:
    assert sha1("Jefe", b"what do ya want for nothing?") == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"


@given(st.dictionaries(st.text(), st.text(), max_size=3), st.text(min_size=1))
def test_signed_requests_verify(payload: dict[str, str], secret: str) -> None:
    signature, _, encoded = signed_request(payload, secret).partition(".")
    right = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256).digest()
    assert signature == base64.urlsafe_b64encode(right).rstrip(b"=").decode()
    assert json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))) == payload
