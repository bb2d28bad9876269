"""Finds members, and whose data an app token opens.

A connected account is a member even before it has an item; the first look-up stores one.
"""

from typing import TYPE_CHECKING, NamedTuple

from signpost.analytics.errors import BadMember, NoToken, NotYours
from signpost.analytics.members import Member, connected_member, member_id
from signpost.platform.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterable

    from signpost.analytics.member_store import MemberStore
    from signpost.instagram.installs import Install
    from signpost.instagram.readings import Readings


class Found(NamedTuple):
    """`installs`: those of the member's account, first the one to read its data from. An added member may have none."""

    member: Member
    installs: "tuple[Install, ...]"


class Directory:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, members: "MemberStore", accounts: "Readings") -> None:
        self._members, self._accounts = members, accounts

    def find(self, address: str) -> Found:
        """The member that an address names, by its id or that of one of its installs.

        Raises:
            BadMember: there is none, or everything about it is being deleted.
        """
        asked = asked_member(address)
        if asked is None:
            raise BadMember
        installs = in_order(self._accounts.installs_of(asked))
        member = self._members.get(asked)
        if member is None and installs:
            self._members.create(connected_member(asked, installs))  # false: another call just has
            member = self._members.get(asked)
        if member is None or member.leaving:
            raise BadMember
        return Found(member, installs)

    def admit(self, token: str, address: str | None) -> None:
        """Check that an app token opens the member that an address names; it opens nothing else (None).

        What this raises does not tell whether there is such a member.

        Raises:
            NoToken: nobody has this token.
            NotYours: it is another member's.
        """
        asked = asked_member(address) if address else None
        holder = self._accounts.account_of_token(token, asked or "")
        if holder is None:
            raise NoToken
        if holder != asked:
            raise NotYours


def asked_member(address: str) -> str | None:
    """The id of the member that an address names. None: no member can have it."""
    try:
        return member_id(address)
    except InvalidField:
        return None


def in_order(installs: "Iterable[Install]") -> "tuple[Install, ...]":
    """A member's installs, the best first: connected, with all posts, and through Facebook, which knows more."""
    return tuple(
        sorted(installs, key=lambda each: (not each.is_connected, each.backfill_done_at is None, each.provider.value))
    )
