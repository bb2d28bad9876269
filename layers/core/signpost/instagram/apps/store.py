"""The InstagramApps table.

app_id    part                  what it holds
<app id>  app                   the app (`apps.py`); `version` is raised by each save
<app id>  install#<install id>  that this account was connected for it, under which name and when
"""

from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.apps.app import AccountLink, App, AppWithLinks, app_from_item, app_item, link_from_item
from signpost.platform.aws import conditionally, named_errors
from signpost.platform.errors import PreconditionFailed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SERVICE: Final = "The app table"


class AppStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.client, self.table = client, table

    def get(self, app_id: str) -> App | None:
        with named_errors(SERVICE):
            reply = self.client.get_item(
                TableName=self.table, Key={"app_id": app_id, "part": "app"}, ConsistentRead=True
            )
        return app_from_item(reply["Item"]) if "Item" in reply else None

    def with_links(self, app_id: str) -> AppWithLinks | None:
        """The app and all its links, read at once. One that only has links is taken for a new app of that id."""
        items = self._items(app_id)
        if not items:
            return None
        apps = [app_from_item(item) for item in items if item["part"] == "app"]
        links = [link_from_item(item) for item in items if "install" in item]
        return AppWithLinks(
            apps[0] if apps else App(app_id), tuple(sorted(links, key=lambda link: (link.connected_at, link)))
        )

    def links(self, app_id: str) -> tuple[AccountLink, ...]:
        """By the time of connecting, the first one first."""
        found = self.with_links(app_id)
        return found.links if found else ()

    def save(self, app: App, expected_version: int | None) -> App:
        """Store it, as the successor of this version; None for one that is not stored yet. Returns what is stored.

        Raises:
            PreconditionFailed: that version is not the stored one any more.
        """
        new = app._replace(version=(expected_version or 0) + 1)
        saved = conditionally(SERVICE, self.client.put_item, **self.put(app, expected_version))
        # When it is what we were to store, an earlier try of ours got through, and its reply was lost.
        if not saved and self.get(app.app_id) != new:
            raise PreconditionFailed("The app was changed by somebody else; read it again.")
        return new

    def put(self, app: App, expected_version: int | None) -> dict[str, Any]:
        """The same as the `Put` of a transaction that does more."""
        item = app_item(app._replace(version=(expected_version or 0) + 1))
        if not expected_version:
            return {"TableName": self.table, "Item": item, "ConditionExpression": "attribute_not_exists(app_id)"}
        return {
            "TableName": self.table,
            "Item": item,
            "ConditionExpression": "version = :was",
            "ExpressionAttributeValues": {":was": expected_version},
        }

    def _items(self, app_id: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        query: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "app_id = :app",
            "ExpressionAttributeValues": {":app": app_id},
            "ConsistentRead": True,
        }
        while True:
            with named_errors(SERVICE):
                reply = self.client.query(**query)
            items += reply["Items"]
            if "LastEvaluatedKey" not in reply:
                return items
            query["ExclusiveStartKey"] = reply["LastEvaluatedKey"]
