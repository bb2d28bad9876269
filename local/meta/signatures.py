"""How Meta signs: webhook bodies, signed requests and appsecret_proof; and how it writes JSON.

Sources: Meta, "Webhooks: Getting Started", "Data Deletion Request Callback", "Secure Graph API Calls".
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any


def sha256(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def sha1(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha1).hexdigest()


def escaped(body: Any) -> bytes:
    r"""JSON as Meta sends it: `ä` is `\u00e4`, `/` is `\/`, `<` is `\u003C`, `%` is `\u0025`, `@` is `\u0040`."""
    text = json.dumps(body, separators=(",", ":"))
    for character, escape in (("/", "\\/"), ("<", "\\u003C"), ("%", "\\u0025"), ("@", "\\u0040")):
        text = text.replace(character, escape)
    return text.encode("ascii")


def signed_request(payload: Mapping[str, Any], secret: str) -> str:
    """`<signature>.<payload>`, both base64url without padding; the signature is over the encoded payload."""
    encoded = _base64url(json.dumps(payload).encode())
    signature = hmac.new(secret.encode(), encoded.encode(), hashlib.sha256).digest()
    return f"{_base64url(signature)}.{encoded}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
