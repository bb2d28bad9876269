"""Members: the professional accounts that reports are about.

A member's id is that of the account at Instagram, so an account that is connected through both of Meta's products is
one member. An account becomes a member when it is connected, or when the administrator adds it; until it is connected,
there is nothing to report.
"""

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.platform.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signpost.instagram.installs import Install

_ID: Final = re.compile(r"[A-Za-z0-9_.]{1,64}")
_INSTALL: Final = re.compile(r"(?:facebook|instagram)-(.+)")


class Member(NamedTuple):
    """Times are seconds since 1970. `snapshot` names the latest snapshot in the bucket."""

    id: str
    created_at: float
    title: str = ""
    zone: str | None = None  # a name of the IANA time zone database
    install: str | None = None  # the one that the latest snapshot was taken of
    snapshot: str | None = None
    snapshot_at: float | None = None
    username: str | None = None  # of the account in lower case, as in that snapshot
    left_at: float | None = None  # since when everything about the member is being deleted

    @property
    def leaving(self) -> bool:
        return self.left_at is not None


def member_id(text: str) -> str:
    """The id of the member that an address names, by its own id or that of one of its installs.

    Raises:
        InvalidField: it cannot be the id of a member.
    """
    install = _INSTALL.fullmatch(text)
    found = install[1] if install else text
    if not is_member_id(found):
        raise InvalidField("id: use up to 64 letters, digits, underscores and full stops.")
    return found


def is_member_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def connected_member(account: str, installs: "Iterable[Install]") -> Member:
    """The member that a connected account is, if nothing is stored about it yet."""
    return Member(account, min(each.connected_at for each in installs))
