"""The pages of connected accounts: the list, and an account with its posts, its connection and its apps."""

from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from signpost.console.accounts import figures, one
from signpost.console.accounts.views import account_view, matching
from signpost.console.frame import see_other, show
from signpost.console.visits import Visit
from signpost.instagram.apps.views import Decision
from signpost.instagram.installs import Install
from signpost.instagram.login_links import login_address
from signpost.platform.errors import Conflict, InvalidField, NotFound
from signpost.platform.http import Reply
from signpost.tracking.hours import DAY

if TYPE_CHECKING:
    from signpost.instagram.apps.accounts import AppAccounts
    from signpost.instagram.commands import Commands
    from signpost.instagram.readings import Readings
    from signpost.tracking.readings import Readings as TrackingReadings

_CONFLICT: Final = 409
_UNPROCESSABLE: Final = 422
_MOST_POSTS: Final = 300  # the newest, which the page sorts and puts clicks down to
_TABS: Final = 8
REPORTS: Final = (
    ("best-time", "Best time"),
    ("top-posts", "Top posts"),
    ("link-clicks", "Link clicks"),
    ("growth", "Growth"),
    ("audience", "Audience"),
    ("all-followers", "Followers"),
)


class AccountPages(NamedTuple):
    """Every method raises `Unavailable` when a service does not answer; those of one account also `NotFound`."""

    instagram: "Readings"
    tracking: "TrackingReadings"
    commands: "Commands"
    shown_in: "AppAccounts"

    def all(self, visit: Visit) -> Reply:
        """All accounts, or with `id` those with this id or username."""
        installs, wanted = self.instagram.installs(), visit.query.get("id", "")
        chosen = matching(installs, wanted) if wanted else installs
        values = {
            "accounts": [account_view(each, visit.zone, visit.now, visit.base) for each in chosen],
            "number": len(installs),
            "wanted": wanted,
            "connect": login_address(visit.base, None),
        }
        return show(visit, "console/accounts/all.html", "Accounts", values)

    # --------------------------------------------------------------------------------------------------- one account
    def one(self, visit: Visit) -> Reply:
        return self._show(visit, self._install(visit))

    def sync(self, visit: Visit) -> Reply:
        """Start or stop its sync."""
        install = self._install(visit)
        begins = visit.fields.get("action") == "start"
        try:
            if begins:
                self.commands.start_sync(install.id)
            else:
                self.commands.stop_sync(install.id)
        except Conflict as error:
            return self._show(visit, install, str(error), _CONFLICT)
        return see_other(f"/fp/accounts/{install.id}?done={'started' if begins else 'stopped'}")

    def decide(self, visit: Visit) -> Reply:
        """Accept or refuse it in an app that it asks to be shown in."""
        install, link = self._install(visit), visit.fields.get("link", "")
        if link not in ("accepted", "refused"):
            raise InvalidField("Accept the account, or refuse it.")
        decision = Decision(link="accepted" if link == "accepted" else "refused")
        self.shown_in.decide(visit.fields.get("app", ""), install.id, decision)
        return see_other(f"/fp/accounts/{install.id}?done={link}")

    def ask_to_disconnect(self, visit: Visit) -> Reply:
        return self._confirmation(visit, self._install(visit))

    def disconnect(self, visit: Visit) -> Reply:
        """End the connection, and erase what was stored about the account."""
        install = self._install(visit)
        if visit.fields.get("typed", "").strip().removeprefix("@").lower() != install.instagram_account.lower():
            return self._confirmation(visit, install, "Type it exactly as it stands there.", _UNPROCESSABLE)
        self.commands.erase_account(install.instagram_business_account_id, visit.now)
        return see_other("/fp/accounts?done=disconnected")

    # ---------------------------------------------------------------------------------------------------------- parts
    def _install(self, visit: Visit) -> Install:
        """By its id or, of those that are connected first, by the account's."""
        wanted = visit.part("install")
        found = self.instagram.install(wanted)
        if found is None and wanted.isdecimal():
            installs = sorted(self.instagram.installs_of(wanted), key=lambda each: (not each.is_connected, each.id))
            found = installs[0] if installs else None
        if found is None or not found.instagram_business_account_id:
            raise NotFound("There is no such account.")
        return found

    def _show(self, visit: Visit, install: Install, problem: str = "", status: int = 200) -> Reply:
        zone, now = visit.zone, visit.now
        period = visit.query.get("period", figures.DEFAULT_PERIOD)
        period = period if period in figures.PERIODS else figures.DEFAULT_PERIOD
        sort = visit.query.get("sort", "newest")
        sort = sort if sort in figures.SORTS else "newest"
        same = [each.id for each in self.instagram.installs_of(install.instagram_business_account_id)]
        posts = self.instagram.newest_posts(install.id, _MOST_POSTS)
        days = list(self.instagram.account_numbers(install.id))
        named = self.tracking.campaigns_of(same)
        histories = self.tracking.histories([str(each.id) for each in named], now - 2 * figures.CLICK_DAYS * DAY, now)
        campaigns = self.tracking.clicks_of_account(same, now - figures.CLICK_DAYS * DAY, now)
        clicks = (figures.clicks_in(campaigns), figures.clicks_before(histories.values(), now)) if campaigns else None
        brought = figures.clicks_by_post(campaigns, posts, urlsplit(visit.base).netloc, now)
        cards = figures.cards(posts, brought, [key for each in campaigns for key in each.keys], sort, zone)
        pager, part = figures.PostPage.of(_number(visit.query.get("page")), len(cards), _options(period, sort))
        apps = self.shown_in.apps_of(install)
        followers = figures.followers(days, period, install.instagram_account, zone, now)
        values: dict[str, Any] = {
            "account": account_view(install, zone, now, visit.base),
            "picture": next((f"/instagram/{each.pictures[0]}" for each in posts if each.pictures), None),
            "tabs": self._tabs(visit, install),
            "tiles": figures.tiles(days, posts, clicks, now),
            "period": period,
            "periods": figures.PERIODS,
            "sort": sort,
            "sorts": figures.SORTS,
            "followers": followers,
            "connection": one.connection(install, zone, now),
            "import_tags": one.import_tags(install, apps),
            "sync": one.sync(install, self.instagram.progress(install)),
            "cards": cards[part],
            "pager": pager,
            "number": len(cards),
            "is_cut": len(cards) == _MOST_POSTS,
            "has_links": bool(campaigns),
            "apps": one.app_rows(apps),
            "member": install.instagram_business_account_id,
            "reports": REPORTS,
            "problem": problem,
        }
        return show(visit, "console/accounts/one.html", f"@{install.instagram_account} · Accounts", values, status)

    def _tabs(self, visit: Visit, install: Install) -> list[Any]:
        """The first accounts by name, and always this one."""
        every = self.instagram.installs()
        shown = every[:_TABS] if install.id in {each.id for each in every[:_TABS]} else [install, *every[: _TABS - 1]]
        return [account_view(each, visit.zone, visit.now, visit.base) for each in shown]

    def _confirmation(self, visit: Visit, install: Install, error: str = "", status: int = 200) -> Reply:
        values = {"account": account_view(install, visit.zone, visit.now, visit.base), "error": error}
        title = f"Disconnect · @{install.instagram_account} · Accounts"
        return show(visit, "console/accounts/disconnect.html", title, values, status)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 6 else 1  # noqa: PLR2004


def _options(period: str, sort: str) -> dict[str, str]:
    return {"period": period, "sort": sort}
