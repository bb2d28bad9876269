"""The InstagramApps table.

app_id    part                  what it holds
<app id>  app                   the app (`app.py`); each save raises its `version`
<app id>  install#<install id>  an account connected for it (`AccountLink`)
"""

from typing import TYPE_CHECKING, Final

from signpost.instagram.apps.app import App, AppWithLinks, app_from_item, app_item, link_from_item
from signpost.platform.dynamodb import Action, Attr, ConditionBase, Key, Table
from signpost.platform.errors import PreconditionFailed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE: Final = "The app table"


class AppStore:
    """Every method raises `Unavailable` when DynamoDB does not answer. `client` is `aws.dynamodb()`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.table = Table(client, table, SERVICE)

    def get(self, app_id: str) -> App | None:
        item = self.table.get(_key(app_id))
        return app_from_item(item) if item else None

    def with_links(self, app_id: str) -> AppWithLinks | None:
        """The app and all its links, in one read. An id that only has links counts as a new app."""
        items = list(self.table.items(Key("app_id").eq(app_id)))
        if not items:
            return None
        apps = [app_from_item(item) for item in items if item["part"] == "app"]
        links = [link_from_item(item) for item in items if "install" in item]
        links.sort(key=lambda link: (link.connected_at, link))
        return AppWithLinks(apps[0] if apps else App(app_id), tuple(links))

    def save(self, app: App, expected_version: int | None) -> App:
        """Store the app as the successor of this version; None: it is not stored yet. Returns what is stored.

        Raises:
            PreconditionFailed: another version is stored.
        """
        new = _successor(app, expected_version)
        saved = self.table.put_if(app_item(new), _is_version(expected_version))
        # If it is just what we wanted to store, an earlier try succeeded and its reply was lost.
        if not saved and self.get(app.app_id) != new:
            raise PreconditionFailed("Somebody else changed the app; read it again.")
        return new

    def saving(self, app: App, expected_version: int | None) -> Action:
        """`save`, as part of a transaction."""
        return self.table.putting(app_item(_successor(app, expected_version)), _is_version(expected_version))

    def checking(self, app_id: str, expected_version: int | None) -> Action:
        """The part of a transaction that fails when the app has another version."""
        return self.table.checking(_key(app_id), _is_version(expected_version))


def _key(app_id: str) -> dict[str, str]:
    return {"app_id": app_id, "part": "app"}


def _successor(app: App, version: int | None) -> App:
    return app._replace(version=(version or 0) + 1)


def _is_version(version: int | None) -> ConditionBase:
    return Attr("version").eq(version) if version else Attr("app_id").not_exists()
