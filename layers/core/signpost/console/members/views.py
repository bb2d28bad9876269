"""Members as operators see them, and what the form that adds one says."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from pydantic import ValidationError

from signpost.analytics.members import is_member_id
from signpost.analytics.membership.views import MemberView, NewMember
from signpost.console.accounts.views import Badge

_ACTIVE: Final = ("active", "expiring")
_SAID: Final[Mapping[str, str]] = {
    "id": "Use the account's id at Instagram: up to 64 letters, digits, underscores and full stops.",
    "title": "Use up to 200 letters.",
    "zone": "Choose a zone from the list.",
}


class MemberRow(NamedTuple):
    id: str
    name: str
    letter: str
    under: str
    badge: Badge
    reports: str  # addresses
    account: str
    delete: str


def row(member: MemberView) -> MemberRow:
    username = f"@{member.username}" if member.username else ""
    name = member.title or username or member.id
    place = quote(member.id, safe="")
    return MemberRow(
        id=member.id,
        name=name,
        letter=name.lstrip("@")[:1].upper() or "?",
        under=", ".join(each for each in (member.id, username if username != name else "") if each),
        badge=_badge(member),
        reports=f"/fp/reports/{place}",
        account=f"/fp/accounts/{place}" if member.connection else "",
        delete=f"/fp/members/{place}/delete",
    )


def new_member(fields: Mapping[str, str]) -> tuple[NewMember | None, dict[str, str]]:
    """Whom a form adds, or what is wrong with its fields."""
    given = {name: fields.get(name, "").strip() or None for name in _SAID}
    errors = {} if is_member_id(given["id"] or "") else {"id": _SAID["id"]}
    try:
        made = NewMember.model_validate(given)
    except ValidationError as error:
        errors |= {str(each["loc"][0]): _SAID[str(each["loc"][0])] for each in _errors(error)}
        return None, errors
    return (None if errors else made), errors


def _errors(error: ValidationError) -> list[Any]:
    return list(error.errors())


def _badge(member: MemberView) -> Badge:
    if member.connection is None:
        return Badge("", "struck", "Not connected")
    if member.connection.state in _ACTIVE:
        return Badge("ok", "tick", "Connected")
    return Badge("bad", "cross", member.connection.state.replace("_", " ").capitalize())
