"""HTTP Basic authentication (RFC 7617) against one name and password."""

import base64
import binascii
import hmac
from typing import NamedTuple

from signpost.platform.errors import NotAuthenticated


class AdminCredentials(NamedTuple):
    username: str
    password: str


def check(header: str | None, expected: AdminCredentials) -> None:
    """Check an Authorization header. Both parts are case-sensitive, and compared in constant time.

    If either part of `expected` is empty, it was never set, and nobody gets in.

    Raises:
        NotAuthenticated: the credentials are missing, unreadable or wrong.
    """
    compare(*_read(header), expected)


def compare(name: bytes, password: bytes, expected: AdminCredentials) -> None:
    """What `check` does, for a name and a password that came in another way."""
    same_name = hmac.compare_digest(name, expected.username.encode())
    same_password = hmac.compare_digest(password, expected.password.encode())
    if not (same_name and same_password and expected.username and expected.password):
        raise NotAuthenticated("Missing or wrong credentials.")


def _read(header: str | None) -> tuple[bytes, bytes]:
    scheme, _, encoded = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return b"", b""
    try:
        name, _, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
    except (binascii.Error, ValueError):
        return b"", b""
    return name, password
