"""The page of connected accounts."""

from typing import TYPE_CHECKING, NamedTuple

from signpost.console.accounts.views import account_view, matching
from signpost.console.frame import show
from signpost.console.visits import Visit
from signpost.instagram.login_links import login_address
from signpost.platform.http import Reply

if TYPE_CHECKING:
    from signpost.instagram.readings import Readings


class AccountPages(NamedTuple):
    instagram: "Readings"

    def all(self, visit: Visit) -> Reply:
        """All accounts, or with `id` those with this id or username. Raises `Unavailable`."""
        installs, wanted = self.instagram.installs(), visit.query.get("id", "")
        chosen = matching(installs, wanted) if wanted else installs
        values = {
            "accounts": [account_view(each, visit.zone, visit.now, visit.base) for each in chosen],
            "number": len(installs),
            "wanted": wanted,
            "connect": login_address(visit.base, None),
        }
        return show(visit, "console/accounts/all.html", "Accounts", values)
