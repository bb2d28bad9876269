"""Hands a login that has just succeeded over to the console, which makes a session of it: a signed cookie.

    {"id": the login's, "accounts": [[install, connection, username], …]}

It is short-lived, and its id lets the console take it once. Only the browser in which the login began gets it, because
the login's state is bound to that browser; and no other host can plant a `__Host-` cookie. It holds no secrets.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from signpost.instagram.installs import Install
from signpost.platform import signed

COOKIE: Final = "__Host-signpost-handover"
PATH: Final = "/fp/login/member"  # the console's, to which such a login returns
MAX_AGE: Final = 300  # seconds: for choosing among accounts
MOST: Final = 25  # accounts: browsers keep no cookie of more than 4 KB
_PURPOSE: Final = "console hand-over"


class Proven(NamedTuple):
    """An account whose login has just succeeded, by this connection of its install."""

    install: str
    connection: str
    username: str


class HandOver(NamedTuple):
    id: str
    accounts: tuple[Proven, ...]


def set_cookie(login: str, installs: Iterable[Install], keys: Sequence[bytes], now: float) -> str:
    """A Set-Cookie value. `login`: the id of its state."""
    accounts = [(each.id, each.connection, each.instagram_account) for each in installs][:MOST]
    values = {"id": login, "accounts": accounts}
    text = signed.sign(values, keys, purpose=_PURPOSE, expires_at=now + MAX_AGE)
    return f"{COOKIE}={text}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={MAX_AGE}"


def read(cookie: str, keys: Sequence[bytes], now: float) -> HandOver | None:
    """None: the cookie proves nothing, or no longer."""
    try:
        values = signed.read(cookie, keys, purpose=_PURPOSE, now=now)
    except signed.SignatureInvalid:
        return None
    return HandOver(str(values["id"]), tuple(Proven(*map(str, each)) for each in values["accounts"]))
