"""Who may call the routes about members: the administrator, and each member, with its app token, about itself."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from signpost.analytics.errors import NoToken
from signpost.platform.http import Event, header

if TYPE_CHECKING:
    from signpost.analytics.directory import Directory

TOKEN: Final = "access_token"  # noqa: S105  (the name of a parameter)


class Access:
    """`address` is a pattern whose group is the member's part of a path. Paths without one are the administrator's.

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
    """The bearer token, or the parameter `access_token`. None for other credentials, such as the administrator's."""
    scheme, _, value = (header(event, "authorization") or "").strip().partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    return None if scheme else (event.get("queryStringParameters") or {}).get(TOKEN)
