"""Who is told about an install: its owner, and those of the apps that it was connected for."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.instagram.installs import Install
from signpost.platform.aws import named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SERVICE: Final = "The app table"
_AT_ONCE: Final = 100  # DynamoDB's limit of keys in one BatchGetItem
_TRIES: Final = 5


class Owner(NamedTuple):
    """`app_id`: the app to connect the account for; None for the owner of the account itself."""

    address: str
    app_id: str | None = None


class OwnerStore:
    """Reads the InstagramApps table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def owners(self, install: Install) -> tuple[Owner, ...]:
        """One for each address, whatever its case; the account's own first.

        Raises:
            Unavailable: DynamoDB does not answer.
        """
        found: dict[str, Owner] = {}
        own = [Owner(install.owner_email)] if install.owner_email else []
        for owner in (*own, *sorted(self._of_apps(install.id), key=lambda each: str(each.app_id))):
            address = owner.address.strip()
            if address:
                found.setdefault(address.casefold(), owner._replace(address=address))
        return tuple(found.values())

    def _of_apps(self, install_id: str) -> Iterator[Owner]:
        app_ids = list(self._linked(install_id))
        for start in range(0, len(app_ids), _AT_ONCE):
            keys = [{"app_id": app_id, "part": "app"} for app_id in app_ids[start : start + _AT_ONCE]]
            left: dict[str, Any] = {self._table: {"Keys": keys, "ProjectionExpression": "app_id, owner_email"}}
            for _ in range(_TRIES):
                with named_errors(_SERVICE):
                    reply = self._client.batch_get_item(RequestItems=left)
                for item in reply["Responses"].get(self._table, []):
                    yield Owner(str(item.get("owner_email", "")), str(item["app_id"]))
                left = dict(reply.get("UnprocessedKeys", {}))
                if not left:
                    break
            else:
                raise Unavailable(f"{_SERVICE} is not answering; try again.")

    def _linked(self, install_id: str) -> Iterator[str]:
        query: dict[str, Any] = {
            "TableName": self._table,
            "IndexName": "by_install",
            "KeyConditionExpression": "install = :install",
            "ExpressionAttributeValues": {":install": install_id},
        }
        while True:
            with named_errors(_SERVICE):
                page = self._client.query(**query)
            yield from (str(item["app_id"]) for item in page["Items"])
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]
