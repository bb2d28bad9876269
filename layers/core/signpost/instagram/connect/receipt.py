"""Proves to /connected that this browser has just logged in: a signed, short-lived cookie.

{"accounts": the names of the connected accounts}
"""

from collections.abc import Sequence
from typing import Final

from signpost.instagram.json_values import names
from signpost.platform import signed

# As with the login's cookie, no other host can plant one.
COOKIE: Final = "__Host-signpost-connected"
PATH: Final = "/connected"
MAX_AGE: Final = 300  # seconds: for reloading the page, not for coming back
_PURPOSE: Final = "login receipt"
_MOST: Final = 5  # names; an agency may have hundreds


def set_cookie(accounts: Sequence[str], keys: Sequence[bytes], now: float) -> str:
    """A Set-Cookie value."""
    text = signed.sign({"accounts": list(accounts[:_MOST])}, keys, purpose=_PURPOSE, expires_at=now + MAX_AGE)
    return f"{COOKIE}={text}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={MAX_AGE}"


def accounts(cookie: str, keys: Sequence[bytes], now: float) -> tuple[str, ...]:
    """The accounts that this browser has just connected: none, if the cookie does not prove it."""
    try:
        return names(signed.read(cookie, keys, purpose=_PURPOSE, now=now).get("accounts")) or ()
    except signed.SignatureInvalid:
        return ()
