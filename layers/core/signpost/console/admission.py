"""Who may see a page: the administrator may see every one, a member those that are about their own account."""

from collections.abc import Callable

from signpost.console.session.member import Member
from signpost.platform.errors import Forbidden
from signpost.platform.http import Event

Admits = Callable[[Event, Member], bool]  # whether that member may


class NotYours(Forbidden):
    """Says the same whether or not there is something at the address."""

    code = "not_yours"


def administrator(_event: Event, _member: Member) -> bool:
    return False


def everybody(_event: Event, _member: Member) -> bool:
    """Everybody who is logged in."""
    return True


def owner(part: str) -> Admits:
    """The member whose account that part of the path names."""
    return lambda event, member: member.owns((event.get("pathParameters") or {}).get(part, ""))


def overview(event: Event, member: Member) -> bool:
    """`admin` and `id` choose what to see, as at the front panel before."""
    query = event.get("queryStringParameters") or {}
    return "admin" not in query and member.owns(query.get("id", member.account))


def check(admits: Admits, event: Event, member: Member | None) -> None:
    """`member` is None for the administrator. Raises `NotYours`."""
    if member is not None and not admits(event, member):
        raise NotYours("You are logged in as a member: you see the pages of your own account.")
