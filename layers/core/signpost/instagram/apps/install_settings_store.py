"""The settings that an app gives its accounts, in the InstagramInstalls table: whom to e-mail, what to import."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from signpost.instagram.install_store import SERVICE
from signpost.platform.dynamodb import Attr, Change, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class InstallSettingsStore:
    """`client` is `aws.dynamodb()`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, SERVICE)

    def set(self, install_id: str, values: Mapping[str, Any]) -> bool:
        """Set these attributes, and remove those that are empty. False when there is no such install.

        They do not depend on the connection: a reconnect keeps them.

        Raises:
            Unavailable: DynamoDB does not answer. Trying again is safe.
        """
        full = {name: value for name, value in values.items() if value}
        return self._table.update_if(
            {"key": install_id},
            Change(set=full, remove=[name for name in values if name not in full]),
            Attr("connection").exists() & Attr("erasing").not_exists(),
        )
