"""Who may call the routes about members: the administrator, or a member with its app token, about itself."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from signpost.analytics.errors import NoToken
from signpost.platform.http import Event, header

if TYPE_CHECKING:
    from signpost.analytics.directory import Directory

TOKEN: Final = "access_token"  # noqa: S105  (the name of a parameter)


class Access:
    """`address` finds a member's part in a path, as its group: the routes that it does not match are not one member's.

    `administrator` is the check of the administrator's guard.
    """

    def __init__(self, administrator: Callable[[Event], None], directory: "Directory", address: str) -> None:
        self._administrator, self._directory, self._address = administrator, directory, re.compile(address)

    def check(self, event: Event) -> None:
        """Raises what the administrator's guard does, `NoToken`, `NotYours`, or `Unavailable`."""
        found = self._address.match(event["rawPath"])
        token = app_token(event)
        if token is not None:
            self._directory.admit(token, found[1] if found else None)
        elif found and not header(event, "authorization"):
            raise NoToken
        else:
            self._administrator(event)


def app_token(event: Event) -> str | None:
    """What was sent as a bearer token or as `access_token`, unless it is the administrator who asks."""
    scheme, _, value = (header(event, "authorization") or "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return None if scheme else (event.get("queryStringParameters") or {}).get(TOKEN)
