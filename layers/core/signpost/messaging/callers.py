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
_LONGEST_FACT: Final = 64  # characters of a version or a model's name that are kept
_VERSION_HEADERS: Final = ("ios-app-ver", "android-app-version")
_MODEL_HEADERS: Final = ("ios-model-name", "android-model-name")


class Caller(NamedTuple):
    user: int
    device: int
    digest: str  # of the access token


class App(NamedTuple):
    """What an app says of itself and its phone; empty where it says nothing."""

    version: str = ""
    model: str = ""


def new_token(random: "Callable[[int], str]" = secrets.token_urlsafe) -> str:
    return random(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def given_token(event: Event) -> str:
    """The access token of a request that `intake.read` returned, from its parameters or headers; empty without one."""
    scheme, _, credentials = (header(event, "authorization") or "").partition(" ")
    token = intake.parameter(event, "access_token") or (credentials.strip() if scheme.lower() == "bearer" else "")
    return token if len(token) <= _LONGEST else ""


def given_app(event: Event) -> App:
    """As old and new apps name it in their headers."""
    version, model = (
        next((found.strip() for name in names if (found := header(event, name))), "")
        for names in (_VERSION_HEADERS, _MODEL_HEADERS)
    )
    return App(version[:_LONGEST_FACT], model[:_LONGEST_FACT])


def expires_at(active_at: float) -> int:
    return int(active_at) + TOKEN_DAYS * 86_400
