"""Lists, reads, creates, changes and deletes apps for their administration."""

from typing import TYPE_CHECKING, Final

from signpost.instagram.apps.app import App, AppWithLinks, is_app_id
from signpost.instagram.apps.migration import Rollout
from signpost.instagram.apps.views import AppChange, AppPage, AppView, changed, etag, page_view, view
from signpost.instagram.installs import from_item
from signpost.instagram.login_links import connect_address
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import Conflict, InvalidField, NotFound, PreconditionFailed
from signpost.platform.preconditions import Versioned, holds

if TYPE_CHECKING:
    from signpost.instagram.apps.connect_links import ConnectLinks
    from signpost.instagram.apps.store import AppStore
    from signpost.instagram.install_store import InstallStore

_ATTEMPTS: Final = 5


class AppAdmin:
    """Every method raises `Unavailable` when AWS does not answer. `here`: where people reach the API."""

    def __init__(
        self,
        apps: "AppStore",
        installs: "InstallStore",
        links: "ConnectLinks",
        rollout: Rollout,
        clock: Clock = system_clock,
    ) -> None:
        self._apps, self._installs, self._links = apps, installs, links
        self._rollout, self._clock = rollout, clock

    def page(self, limit: int, after: str | None) -> AppPage:
        """Saved apps by their ids, from the one after the id `after`."""
        return page_view(*self._apps.page(after, limit))

    def read(self, app_id: str, here: str) -> Versioned[AppView]:
        """Raises `NotFound`."""
        found = self._apps.with_links(app_id)
        if found is None:
            raise _not_found()
        return self._show(found, here)

    def save(self, app_id: str, change: AppChange, if_match: str | None, here: str) -> Versioned[AppView]:
        """Apply `change` to the app, or create it.

        If a client repeats a request whose reply was lost, nothing is left to save, so any If-Match passes (RFC 9110,
        section 13.1.1, allows that for a change that appears to have been made already).

        Raises:
            InvalidField: this is not an app's id, or the default account is not one of the app's.
            PreconditionFailed: the app is not the one that `if_match` names.
            Conflict: others keep changing it.
        """
        if not is_app_id(app_id) or "%" in app_id:  # a path escaped twice
            raise InvalidField("app_id: at most 128 printable characters, without %.")
        for _ in range(_ATTEMPTS):
            found = self._apps.with_links(app_id) or AppWithLinks(App(app_id))
            old = found.app
            new = changed(found, change, self._rollout)
            if new != old or not old.version:
                if not (holds(if_match, etag(old)) and (old.version or found.links or if_match is None)):
                    raise PreconditionFailed("The app was changed since you read it; read it again.")
                try:
                    new = self._apps.save(new, old.version or None)
                except PreconditionFailed:
                    continue
            return self._show(found._replace(app=new), here)._replace(created=not old.version)
        raise Conflict("Others keep changing the app; try again.")

    def delete(self, app_id: str, if_match: str | None) -> None:
        """Delete the app, its links and its connect keys; its accounts stay connected for their people.

        The next deletion deletes what an interrupted one has left.

        Raises:
            NotFound: nothing is left of the app.
            PreconditionFailed: the app is not the one that `if_match` names.
            Conflict: others keep changing it.
        """
        for _ in range(_ATTEMPTS):
            found = self._apps.with_links(app_id)
            if found is None:
                raise _not_found()
            if not holds(if_match, etag(found.app)):
                raise PreconditionFailed("The app was changed since you read it; read it again.")
            # Links first: an id that has links left counts as an app.
            self._apps.delete_links((*found.links, *found.others))
            if self._apps.delete(app_id, found.app.version or None):
                # An account may have been connected in between; from now on, accounts can only ask.
                left = self._apps.with_links(app_id)
                self._apps.delete_links(left.links if left else ())
                return
        raise Conflict("Others keep changing the app; try again.")

    def _show(self, found: AppWithLinks, here: str) -> Versioned[AppView]:
        links = (*found.links, *found.others)
        installs = {item["key"]: from_item(item) for item in self._installs.items(link.install for link in links)}
        address = None
        if found.app.version:  # an app that was never saved has no key
            address = connect_address(here, found.app.app_id, self._links.proof(found.app.app_id))
        return Versioned(view(found, installs, self._clock(), address), etag(found.app))


def _not_found() -> NotFound:
    return NotFound("There is no app with this id.")
