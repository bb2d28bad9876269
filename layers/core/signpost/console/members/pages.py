"""What operators do with members: they are listed on the overview, added, and deleted."""

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.analytics.errors import Duplicate
from signpost.console import frame
from signpost.console.frame import see_other, show
from signpost.console.members import views
from signpost.console.visits import Visit
from signpost.platform.errors import InvalidField
from signpost.platform.http import Reply

if TYPE_CHECKING:
    from signpost.analytics.membership.admin import MemberAdmin

_HOME: Final = "/fp?admin=1"
_SHOWN: Final = 100
_UNPROCESSABLE: Final = 422


class MemberPages(NamedTuple):
    """Every method raises `Unavailable` when AWS does not answer."""

    admin: "MemberAdmin"

    def listed(self, visit: Visit) -> dict[str, Any]:
        """What `console/members/list.html` shows: members in the order of their ids, and the form for another."""
        text = visit.query.get("skip", "")
        skip = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0  # noqa: PLR2004
        found = self.admin.page(_SHOWN + 1, skip).data
        return {
            "rows": [views.row(each) for each in found[:_SHOWN]],
            "previous": f"{_HOME}&skip={max(0, skip - _SHOWN)}" if skip else "",
            "next": f"{_HOME}&skip={skip + _SHOWN}" if len(found) > _SHOWN else "",
            "zones": _zones(),
        }

    def add(self, visit: Visit) -> Reply:
        new, errors = views.new_member(visit.fields)
        status = _UNPROCESSABLE
        if new is not None:
            try:
                self.admin.add(new)
            except Duplicate as error:
                errors, status = {"id": str(error)}, error.status
            except InvalidField as error:
                errors = {"id": str(error).removeprefix("id: ")}
            else:
                return see_other(f"{_HOME}&done=member-added")
        values = {"values": visit.fields, "errors": errors, "zones": _zones()}
        return show(visit, "console/members/add.html", "Add a member", values, status)

    def ask_to_delete(self, visit: Visit) -> Reply:
        """Raises `NotFound`."""
        return self._confirmation(visit)

    def delete(self, visit: Visit) -> Reply:
        """Have everything of a member erased. Raises `NotFound`."""
        member = self.admin.read(visit.part("id")).data
        if visit.fields.get("typed", "").strip() != member.id:
            return self._confirmation(visit, "Type it exactly as it stands there.", _UNPROCESSABLE)
        self.admin.delete(member.id)
        return see_other(f"{_HOME}&done=member-deleted")

    def _confirmation(self, visit: Visit, error: str = "", status: int = 200) -> Reply:
        member = views.row(self.admin.read(visit.part("id")).data)
        return show(
            visit,
            "console/members/delete.html",
            f"Delete {member.name} · Members",
            {"member": member, "error": error},
            status,
        )


def _zones() -> list[tuple[str, str]]:
    return [("", "UTC"), *((each, each) for each in frame.ZONES)]
