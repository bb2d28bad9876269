"""Who may call an API."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from signpost.platform import basic_auth
from signpost.platform.errors import NotAuthenticated, SignpostError
from signpost.platform.http import Event, Reply, header, json_reply

if TYPE_CHECKING:
    from signpost.platform.secrets import CredentialsSecret


class Guard(NamedTuple):
    """`check` raises `NotAuthenticated`, or `Unavailable` when it cannot tell; `challenge` says how to log in."""

    check: Callable[[Event], None]
    challenge: str

    def refusal(self, error: SignpostError, body: Mapping[str, object]) -> Reply:
        # RFC 9110 asks for a challenge with each 401 (11.6.1).
        headers = {"www-authenticate": self.challenge} if isinstance(error, NotAuthenticated) else {}
        return json_reply(error.status, body, headers)


def administrator(secret: "CredentialsSecret") -> Guard:
    """The administrator only, by name and password (HTTP Basic)."""

    def check(event: Event) -> None:
        basic_auth.check(header(event, "authorization"), secret.credentials())

    return Guard(check, 'Basic realm="Signpost"')
