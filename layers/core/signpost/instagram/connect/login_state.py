"""The `state` of a login: what is known at its start, carried to its end, so that nobody can inject another login.

It is signed, valid for 10 minutes, bound to the browser by a cookie whose hash it holds, and used once: its id can be
stored only by the first request that brings it back (RFC 6749, section 10.12; RFC 9700, section 4.7).

    {"id", "browser": hash of the cookie, "provider", "return_to", "app_id", "callback", "connect", "switch": whether to
     switch accounts, "at": seconds since 1970}
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from signpost.instagram.json_values import Json, mapping, seconds, text
from signpost.instagram.products import Provider
from signpost.platform import signed
from signpost.platform.errors import Conflict, InvalidInput

MAX_AGE: Final = 600  # seconds
# Browsers keep a `__Host-` cookie only if it came over TLS from this very host, so no subdomain can plant one.
COOKIE: Final = "__Host-signpost-login"
_PURPOSE: Final = "login state"
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{22,128}")  # at least 128 random bits
_MAX_LENGTH: Final = 8192
_CLOCK_SKEW: Final = 60  # seconds between two of our machines


class StateInvalid(InvalidInput):
    """`state` may only be used for a link that starts the same login again, since it may not have been signed here."""

    code = "wrong_state"

    def __init__(self, message: str, state: "LoginState | None" = None) -> None:
        super().__init__(message)
        self.state = state


class LoginUsed(Conflict):
    code = "login_used"


class LoginState(NamedTuple):
    """`id` is stored conditionally until `expires_at`, so that the state is used once.

    `callback` is the `redirect_uri` that the dialog was opened with; Meta requires the same one for the token.
    With `switch_account`, the dialog asks who the person is, even if it knows.
    `connect` is the proof that the app's owner wants the account; it was checked when the login began.
    """

    id: str
    provider: Provider
    return_to: str
    app_id: str
    callback: str
    issued_at: float
    switch_account: bool = False
    connect: str = ""

    @property
    def expires_at(self) -> float:
        return self.issued_at + MAX_AGE


def browser_name(sent: str | None, fresh: str) -> str:
    """The name in the browser's cookie, so that several of its tabs can log in; otherwise the fresh random one."""
    return sent if sent and _NAME.fullmatch(sent) else fresh


def set_cookie(browser: str) -> str:
    """A Set-Cookie value, for a `browser_name`."""
    # Lax, not Strict: Meta returns the browser from another site.
    return f"{COOKIE}={browser}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={MAX_AGE}"


def clear_cookie() -> str:
    return f"{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"


def sign(state: LoginState, browser: str, keys: Sequence[bytes]) -> str:
    """The text to send along, signed with the first key. `browser`: the cookie's value."""
    fields = {
        "id": state.id,
        "browser": _hash(browser),
        "provider": state.provider,
        "return_to": state.return_to,
        "app_id": state.app_id,
        "callback": state.callback,
        "switch": state.switch_account,
        "connect": state.connect,
        "at": int(state.issued_at),
    }
    return signed.sign(fields, keys, purpose=_PURPOSE)


def read(sent: str, browser: str, keys: Sequence[bytes], now: float) -> LoginState:
    """The state that `sign` made with one of the keys. `browser`: the cookie's value.

    Raises:
        StateInvalid: it was changed, is too old, or belongs to another browser.
    """
    try:
        fields = signed.read(sent, keys, purpose=_PURPOSE, now=now)
    except signed.SignatureInvalid:
        raise StateInvalid("The login was not started here; start again.", _as_written(sent)) from None
    state = _state(fields)
    if not -_CLOCK_SKEW <= now - state.issued_at < MAX_AGE:
        raise StateInvalid("The login took longer than 10 minutes; start again.", state)
    same_browser = hmac.compare_digest(_hash(browser), text(fields.get("browser")) or "")
    if not (same_browser and browser):
        raise StateInvalid("The login was started in another browser; start again.", state)
    return state


def _state(fields: Json) -> LoginState:
    return LoginState(
        str(fields["id"]),
        Provider(fields["provider"]),
        str(fields["return_to"]),
        str(fields["app_id"]),
        str(fields["callback"]),
        seconds(fields.get("at")) or 0.0,
        fields.get("switch") is True,
        str(fields.get("connect", "")),
    )


def _as_written(sent: str) -> LoginState | None:
    """The content of an unsigned state, such as one whose key is gone. It proves no more than anybody's link.

    None without an address to return to, because a mobile client's login ends with a token.
    """
    payload = sent[:_MAX_LENGTH].partition(".")[0]
    try:
        state = _state(mapping(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))).get("values")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return state if state.return_to else None


def _hash(browser: str) -> str:
    return hashlib.sha256(browser.encode(errors="replace")).hexdigest()
