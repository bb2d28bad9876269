"""What an app's owner decides about accounts: which are shown in the app, and which are not."""

from typing import TYPE_CHECKING, Final

from signpost.instagram.apps import migration
from signpost.instagram.apps.app import AccountLink, App, AppWithLinks, LinkState
from signpost.instagram.apps.views import AccountList, ConnectedAccount, Decision, account_view, accounts_view
from signpost.instagram.installs import Install, from_item
from signpost.platform.clock import Clock
from signpost.platform.errors import Conflict, NotFound

if TYPE_CHECKING:
    from signpost.instagram.apps.install_apps_store import InstallAppsStore, LinkedApp
    from signpost.instagram.apps.migration import Rollout
    from signpost.instagram.apps.store import AppStore
    from signpost.instagram.install_store import InstallStore

_ATTEMPTS: Final = 5


class AppAccounts:
    """Every method raises `Unavailable` when DynamoDB does not answer, and `NotFound`.

    A decision that is sent again after a lost reply finds that it has been made.
    """

    def __init__(
        self,
        apps: "AppStore",
        by_install: "InstallAppsStore",
        installs: "InstallStore",
        rollout: "Rollout",
        clock: Clock,
    ) -> None:
        self._apps, self._by_install, self._installs = apps, by_install, installs
        self._rollout, self._clock = rollout, clock

    def apps_of(self, install: Install) -> tuple["LinkedApp", ...]:
        """The apps that show an account, those it asks to be shown in, and those that refused it, by id."""
        return self._by_install.all_of(install)

    def list(self, app_id: str) -> AccountList:
        """The accounts that are shown, then those that ask, then those that were refused."""
        found = self._app(app_id)
        links = (*found.links, *found.others)
        installs = {item["key"]: from_item(item) for item in self._installs.items(link.install for link in links)}
        return accounts_view(found, installs, self._clock())

    def decide(self, app_id: str, install_id: str, decision: Decision) -> ConnectedAccount:
        """Show the account in the app, which migrates an old app to it, or refuse it, so that it cannot ask again.

        Raises:
            Conflict: others keep changing the app.
        """
        wanted = LinkState(decision.link)
        for _ in range(_ATTEMPTS):
            found, link, install = self._found(app_id, install_id)
            now, app = self._clock(), found.app
            if not app.version:
                raise NotFound("The app has not been saved: save it first.")
            if link.state is wanted:
                return account_view(found, link, install, now)
            if wanted is LinkState.ACCEPTED:
                decided = link._replace(state=wanted, accepted_at=now)
                app = migration.connected(app, install.instagram_account, now, self._rollout)
            else:
                decided = link._replace(state=wanted, accepted_at=None)
                app = without_default(app, install_id)
            if self._apps.change_link(decided, link, app, found.app):
                return account_view(decided_in(found, decided), decided, install, now)
        raise Conflict("Others keep changing the app; try again.")

    def remove(self, app_id: str, install_id: str) -> None:
        """Remove the account from the app, or forget its request or refusal, so that it may ask again.

        Raises:
            Conflict: others keep changing the app.
        """
        for _ in range(_ATTEMPTS):
            found = self._app(app_id)
            link = found.link(install_id)
            if link is None:
                raise _no_account()
            if self._apps.unlink(link, without_default(found.app, install_id), found.app):
                return
        raise Conflict("Others keep changing the app; try again.")

    def _app(self, app_id: str) -> AppWithLinks:
        found = self._apps.with_links(app_id)
        if found is None:
            raise NotFound("There is no app with this id.")
        return found

    def _found(self, app_id: str, install_id: str) -> tuple[AppWithLinks, AccountLink, Install]:
        found = self._app(app_id)
        link, install = found.link(install_id), self._installs.get(install_id)
        if link is None or install is None:
            raise _no_account()
        return found, link, install


def without_default(app: App, install_id: str) -> App:
    """The app, which no longer shows the install."""
    return app._replace(default_account=None) if app.default_account == install_id else app


def decided_in(found: AppWithLinks, link: AccountLink) -> AppWithLinks:
    """With the link as it was decided on."""
    links = tuple(each for each in found.links if each.install != link.install)
    return found._replace(links=(*links, link) if link.is_accepted else links)


def _no_account() -> NotFound:
    return NotFound("The app has no such account.")
