"""Values that others carry for us and cannot change: signed with HMAC-SHA256, for one purpose, until they expire.

    <base64url JSON>.<base64url HMAC-SHA256 over the purpose and that text>

Whoever carries them can read them, so they must not contain secrets. The text is safe in addresses, cookies and
headers. A key may sign for several purposes, because a signature for one is refused for another.
"""

import base64
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from signpost.platform.errors import InvalidInput

_LONGEST: Final = 8192  # characters; a longer text is refused before anything is computed
_UNTIL: Final = "until"


class SignatureInvalid(InvalidInput):
    code = "signature_invalid"


class SignatureExpired(SignatureInvalid):
    """It was signed here but has expired. `values` are what was signed."""

    code = "signature_expired"

    def __init__(self, message: str, values: dict[str, Any]) -> None:
        super().__init__(message)
        self.values = values


def sign(values: Mapping[str, Any], keys: Sequence[bytes], *, purpose: str, expires_at: float | None = None) -> str:
    """The values as text, signed with the first key. `values` must fit into JSON; `expires_at`: None for never."""
    if not (keys and keys[0]):
        raise ValueError("Without a key, nothing can be signed.")
    content = {"values": dict(values)} | ({} if expires_at is None else {_UNTIL: expires_at})
    payload = _text(json.dumps(content, separators=(",", ":"), allow_nan=False).encode())
    return f"{payload}.{_signature(keys[0], purpose, payload)}"


def read(text: str, keys: Sequence[bytes], *, purpose: str, now: float) -> dict[str, Any]:
    """The values that `sign` signed with one of the keys.

    Raises:
        SignatureInvalid: it was not signed with these keys for this purpose.
        SignatureExpired: it was, but it has expired.
    """
    payload, _, signature = text.partition(".")
    if len(text) > _LONGEST or not _is_signed(payload, signature, keys, purpose):
        raise SignatureInvalid("This was not signed here, or was changed.")
    content = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    values: dict[str, Any] = content["values"]
    if _UNTIL in content and now >= content[_UNTIL]:
        raise SignatureExpired("This is no longer valid.", values)
    return values


def _is_signed(payload: str, signature: str, keys: Sequence[bytes], purpose: str) -> bool:
    if not payload.isascii():
        return False
    given = signature.encode(errors="replace")
    right = [hmac.compare_digest(given, _signature(key, purpose, payload).encode()) for key in keys if key]
    return any(right)  # only after comparing all, so that the time does not reveal which key it was


def _signature(key: bytes, purpose: str, payload: str) -> str:
    # The length separates the purpose from what follows, whatever characters it has.
    label = purpose.encode()
    return _text(hmac.digest(key, b"signpost signed 1\n%d\n%b\n%b" % (len(label), label, payload.encode()), "sha256"))


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
