"""Who calls: access tokens, which are 256 random bits. Only their SHA-256 is stored."""

import hashlib
import secrets
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.messaging import intake
from signpost.platform.http import Event, header

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN_DAYS: Final = 90  # that a token is good for after it was last used
STAMP_EVERY: Final = 300  # seconds between two writes of when a caller was last active
_LONGEST: Final = 256


class Caller(NamedTuple):
    user: int
    device: int
    digest: str  # of the access token


def new_token(random: "Callable[[int], str]" = secrets.token_urlsafe) -> str:
    return random(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def given_token(event: Event) -> str:
    """The access token of a request that `intake.read` returned, from its parameters or headers; empty without one."""
    scheme, _, credentials = (header(event, "authorization") or "").partition(" ")
    token = intake.parameter(event, "access_token") or (credentials.strip() if scheme.lower() == "bearer" else "")
    return token if len(token) <= _LONGEST else ""


def expires_at(active_at: float) -> int:
    return int(active_at) + TOKEN_DAYS * 86_400
