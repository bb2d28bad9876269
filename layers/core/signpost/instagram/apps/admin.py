"""Reads, creates and changes apps for their administration."""

from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.apps.app import App, AppWithLinks, is_app_id
from signpost.instagram.apps.migration import Rollout
from signpost.instagram.apps.views import AppChange, AppView, changed, etag, view
from signpost.instagram.installs import from_item
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import Conflict, InvalidField, NotFound, PreconditionFailed
from signpost.platform.preconditions import Versioned, holds

if TYPE_CHECKING:
    from signpost.instagram.apps.install_settings_store import InstallSettingsStore
    from signpost.instagram.apps.store import AppStore
    from signpost.instagram.install_store import InstallStore

_ATTEMPTS: Final = 5
_PASSED_ON: Final = ("owner_email", "import_tags")


class AppAdmin:
    """Every method raises `Unavailable` when a table does not answer."""

    def __init__(
        self,
        apps: "AppStore",
        installs: "InstallStore",
        install_settings: "InstallSettingsStore",
        rollout: Rollout,
        clock: Clock = system_clock,
    ) -> None:
        self._apps, self._installs, self._install_settings = apps, installs, install_settings
        self._rollout, self._clock = rollout, clock

    def read(self, app_id: str) -> Versioned[AppView]:
        """Raises `NotFound`."""
        found = self._apps.with_links(app_id)
        if found is None:
            raise NotFound("There is no app with this id.")
        return self._show(found)

    def save(self, app_id: str, change: AppChange, if_match: str | None) -> Versioned[AppView]:
        """Apply `change` to the app, or create it, and pass its e-mail address and tags on to its accounts.

        The app is saved first, then its accounts. A client that is cut off in between sends the same again: there is
        nothing left to save, so any If-Match passes (RFC 9110, section 13.1.1, allows that for a change that appears
        to have been made already), and the accounts are updated.

        Raises:
            InvalidField: this is not an app's id.
            PreconditionFailed: the app is not the one that `if_match` names.
            Conflict: others keep changing it.
        """
        if not is_app_id(app_id) or "%" in app_id:  # a path escaped twice
            raise InvalidField("app_id: at most 128 printable letters, without %.")
        for _ in range(_ATTEMPTS):
            found = self._apps.with_links(app_id)
            old = found.app if found else App(app_id)
            new = changed(old, change, self._rollout)
            if new != old or not old.version:
                if not (holds(if_match, etag(old)) and (found or if_match is None)):
                    raise PreconditionFailed("The app was changed since you read it; read it again.")
                try:
                    self._apps.save(new, old.version or None)
                except PreconditionFailed:
                    continue
            shown = self._show(self._pass_on(app_id, change))
            return shown._replace(created=not old.version)
        raise Conflict("Others keep changing the app; try again.")

    def _pass_on(self, app_id: str, change: AppChange) -> AppWithLinks:
        """Copy the changed settings to the app's accounts; repeated if the app is saved meanwhile: the last save wins.

        An account has one owner's address and one set of tags: those of the app that was saved or connected last.
        """
        passed_on = [name for name in _PASSED_ON if name in change.model_fields_set]
        for _ in range(_ATTEMPTS):
            found = self._apps.with_links(app_id)
            if found is None:
                raise NotFound("The app was deleted meanwhile.")
            values: dict[str, Any] = {name: getattr(found.app, name) for name in passed_on}
            if not values or not found.links:
                return found
            for link in found.links:
                self._install_settings.set(link.install, values)
            after = self._apps.get(app_id)
            if after is not None and after.version == found.app.version:
                return found
        raise Conflict("Others keep changing the app; try again.")

    def _show(self, found: AppWithLinks) -> Versioned[AppView]:
        installs = {item["key"]: from_item(item) for item in self._installs.items(link.install for link in found.links)}
        return Versioned(view(found, installs, self._clock()), etag(found.app))
