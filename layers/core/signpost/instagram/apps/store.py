"""The InstagramApps table.

app_id    part                  what it holds
<app id>  app                   the app (`app.py`); each save raises its `version`
<app id>  connect-key           the keys that its connect links are signed with (`connect_key_store.py`)
<app id>  install#<install id>  an account connected for it, or one that asks to be shown there (`AccountLink`)
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from signpost.instagram.apps.app import (
    AccountLink,
    App,
    AppWithLinks,
    LinkState,
    app_from_item,
    app_item,
    item_of_link,
    link_from_item,
    link_part,
)
from signpost.platform.dynamodb import Action, Attr, ConditionBase, Key, Table
from signpost.platform.errors import PreconditionFailed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE: Final = "The app table"
APP: Final = "app"
CONNECT_KEY: Final = "connect-key"


class AppStore:
    """Every method raises `Unavailable` when DynamoDB does not answer. `client` is `aws.dynamodb()`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.table = Table(client, table, SERVICE)

    def get(self, app_id: str) -> App | None:
        item = self.table.get(_key(app_id))
        return app_from_item(item) if item else None

    def with_links(self, app_id: str) -> AppWithLinks | None:
        """The app and all its links, in one read. An id with only accepted links counts as a new app."""
        items = list(self.table.items(Key("app_id").eq(app_id)))
        apps = [app_from_item(item) for item in items if item["part"] == APP]
        links = sorted(
            (link_from_item(item) for item in items if "install" in item),
            key=lambda link: (link.accepted_at or link.connected_at, link.install),
        )
        accepted = tuple(link for link in links if link.is_accepted)
        if not (apps or accepted):
            return None
        others = tuple(link for link in links if not link.is_accepted)
        return AppWithLinks(apps[0] if apps else App(app_id), accepted, others)

    def link(self, app_id: str, install_id: str) -> AccountLink | None:
        item = self.table.get({"app_id": app_id, "part": link_part(install_id)})
        return link_from_item(item) if item else None

    def page(self, after: str | None, limit: int) -> tuple[list[App], str | None]:
        """Saved apps in the order of their ids, from the one after the id `after`, and where the next page begins."""
        start = None if after is None else {"part": APP, "app_id": after}
        page = next(self.table.pages(Key("part").eq(APP), index="by_part", after=start, limit=limit))
        found = self.table.batch_get([_key(item["app_id"]) for item in page.items], consistent=False)
        apps = sorted((app_from_item(item) for item in found), key=lambda app: app.app_id)
        return apps, page.last["app_id"] if page.last else None

    def save(self, app: App, expected_version: int | None) -> App:
        """Store the app as the successor of this version; None: it is not stored yet. Returns the stored app.

        Raises:
            PreconditionFailed: another version is stored.
        """
        new = _successor(app, expected_version)
        saved = self.table.put_if(app_item(new), _is_version(expected_version))
        # If it equals what we wanted to store, an earlier attempt succeeded and its reply was lost.
        if not saved and self.get(app.app_id) != new:
            raise PreconditionFailed("Somebody else changed the app; read it again.")
        return new

    def saving(self, app: App, expected_version: int | None) -> Action:
        """`save`, as part of a transaction."""
        return self.table.putting(app_item(_successor(app, expected_version)), _is_version(expected_version))

    def checking(self, app_id: str, expected_version: int | None) -> Action:
        """The part of a transaction that fails when the app has another version."""
        return self.table.checking(_key(app_id), _is_version(expected_version))

    def linking(self, link: AccountLink, old: AccountLink | None) -> Action:
        """The part of a transaction that stores a link in place of `old`, and fails when that is not stored."""
        return self.table.putting(item_of_link(link), _is_link(old))

    def checking_link(self, link: AccountLink) -> Action:
        """The part of a transaction that fails when the link is gone or in another state."""
        return self.table.checking(_link_key(link), _is_link(link))

    def change_link(self, link: AccountLink, old: AccountLink, app: App, old_app: App) -> bool:
        """Store a link in place of `old`, and the app with it. False when either was changed meanwhile."""
        return self._with_app(self.linking(link, old), app, old_app)

    def unlink(self, link: AccountLink, app: App, old_app: App) -> bool:
        """Delete a link, and store the app with it. False when either was changed meanwhile."""
        return self._with_app(self.table.deleting(_link_key(link), _is_link(link)), app, old_app)

    def _with_app(self, action: Action, app: App, old_app: App) -> bool:
        version = old_app.version or None
        saved = self.checking(app.app_id, version) if app == old_app else self.saving(app, version)
        return not self.table.transact([action, saved], tell_conflicts=True)

    def delete(self, app_id: str, expected_version: int | None) -> bool:
        """Delete the app and its connect keys. False when another version is stored."""
        gone = self.table.deleting(_key(app_id), _is_version(expected_version))
        keys = self.table.deleting({"app_id": app_id, "part": CONNECT_KEY})
        return not self.table.transact([gone, keys], tell_conflicts=True)

    def delete_links(self, links: Iterable[AccountLink]) -> None:
        self.table.batch_write(delete=[_link_key(link) for link in links])


def _key(app_id: str) -> dict[str, str]:
    return {"app_id": app_id, "part": APP}


def _link_key(link: AccountLink) -> dict[str, str]:
    return {"app_id": link.app_id, "part": link_part(link.install)}


def _is_link(link: AccountLink | None) -> ConditionBase:
    """Whether this link is stored, in this state; None: no link is."""
    if link is None:
        return Attr("app_id").not_exists()
    is_in_state = Attr("state").eq(link.state.value)
    is_older = Attr("app_id").exists() & Attr("state").not_exists()  # than states, and so accepted
    return is_in_state | is_older if link.state is LinkState.ACCEPTED else is_in_state


def _successor(app: App, version: int | None) -> App:
    return app._replace(version=(version or 0) + 1)


def _is_version(version: int | None) -> ConditionBase:
    return Attr("version").eq(version) if version else Attr("app_id").not_exists()
