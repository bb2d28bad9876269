r"""Checks that webhooks and signed requests come from Meta. A request that fails here must have no effect.

    webhook          X-Hub-Signature-256: sha256=<hex HMAC-SHA256(app secret, body)>, of the raw bytes: Meta signs
                     its escaped form (`\u00e4`, `\/`), which is lost when the body is parsed and written again
    old apps         X-Hub-Signature: sha1=<hex HMAC-SHA1>, or only the hex
    signed_request   <base64url HMAC-SHA256(app secret, payload)>.<payload>, where payload is base64url JSON, no padding

Several secrets are tried, because Instagram Login has its own app secret. Without any secret, nothing passes.
Sources: https://developers.facebook.com/docs/graph-api/webhooks/getting-started#validate-payloads
and https://developers.facebook.com/docs/facebook-login/guides/advanced/existing-system#parsingsr
"""

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from signpost.instagram.json_values import Json, graph_id, seconds
from signpost.platform.errors import NotAuthenticated
from signpost.platform.http import Event

_SHA256: Final = re.compile(r"sha256=([0-9a-f]{64})")
_SHA1: Final = re.compile(r"(?:sha1=)?([0-9a-f]{40})")
_SIGNED_REQUEST: Final = re.compile(r"([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]+)")
_ALGORITHM: Final = "HMAC-SHA256"


class SignatureInvalid(NotAuthenticated):
    code = "signature_invalid"


class SignedRequest(NamedTuple):
    """`user_id`: app-scoped; None when it is about a Page.

    `issued_at` (seconds since 1970) tells a replayed request from one about the current connection.
    """

    user_id: str | None
    issued_at: float | None


def raw_body(event: Event) -> bytes:
    """The bytes that were sent.

    Raises:
        SignatureInvalid: the event claims base64, but the body is not.
    """
    body: str = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return body.encode(errors="surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise SignatureInvalid("The body is not what was signed.") from None


def check_webhook(body: bytes, headers: Mapping[str, str], secrets: Sequence[str], *, legacy: bool = False) -> None:
    """Accept a delivery that Meta signed; with `legacy` also an old app's, signed with SHA-1 but not SHA-256.

    Raises:
        SignatureInvalid: the signature is missing, malformed or wrong. A malformed one costs no HMAC.
    """
    given = {name.lower(): value for name, value in headers.items()}
    signature = given.get("x-hub-signature-256")
    if signature is not None:
        _check(_SHA256.fullmatch(signature), body, secrets, "sha256")
    elif legacy:
        _check(_SHA1.fullmatch(given.get("x-hub-signature", "")), body, secrets, "sha1")
    else:
        raise SignatureInvalid("X-Hub-Signature-256 is missing.")


def read_signed_request(signed_request: str, secrets: Sequence[str]) -> SignedRequest:
    """Meta's notice that a person removed the app or wants their data deleted.

    Raises:
        SignatureInvalid: it is malformed, or not signed by Meta with this algorithm.
    """
    parts = _SIGNED_REQUEST.fullmatch(signed_request)
    if parts is None:
        raise SignatureInvalid("signed_request is not <signature>.<payload>.")
    signature, payload = parts.groups()
    # Compared as text: different texts can decode to the same bytes, but Meta sends only one of them.
    expected = [_encoded(_digest(secret, payload.encode(), "sha256")) for secret in secrets if secret]
    if not _any_equal(signature, expected):
        raise SignatureInvalid("signed_request has a wrong signature.")
    fields = _payload(payload)
    if str(fields.get("algorithm")).upper() != _ALGORITHM:
        raise SignatureInvalid(f"signed_request must be signed with {_ALGORITHM}.")
    return SignedRequest(graph_id(fields.get("user_id")), seconds(fields.get("issued_at")))


def check_handshake(parameters: Mapping[str, str], verify_token: str) -> str:
    """The challenge, to be sent back alone as text/plain, when Meta verifies the webhook's address.

    Raises:
        SignatureInvalid: it is not a handshake, or the verify token is wrong or not set.
    """
    known = hmac.compare_digest(parameters.get("hub.verify_token", "").encode(errors="replace"), verify_token.encode())
    if parameters.get("hub.mode") != "subscribe" or not (known and verify_token):
        raise SignatureInvalid("Not a handshake, or a wrong verify token.")
    return parameters.get("hub.challenge", "")


def _check(signature: re.Match[str] | None, body: bytes, secrets: Sequence[str], algorithm: str) -> None:
    if signature is None:
        raise SignatureInvalid("The signature is missing or malformed.")
    if not _any_equal(signature[1], [_digest(secret, body, algorithm).hex() for secret in secrets if secret]):
        raise SignatureInvalid("The signature is wrong.")


def _digest(secret: str, message: bytes, algorithm: str) -> bytes:
    return hmac.digest(secret.encode(), message, algorithm)


def _any_equal(given: str, expected: Sequence[str]) -> bool:
    """Compared with each in constant time, so that the timing does not reveal which secret matched."""
    return any([hmac.compare_digest(given, one) for one in expected])  # noqa: C419  (a generator would stop early)


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _payload(payload: str) -> Json:
    try:
        fields = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        raise SignatureInvalid("signed_request holds no JSON object.")
    return fields
