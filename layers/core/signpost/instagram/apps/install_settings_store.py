"""What an app decides about its accounts, in the InstagramInstalls table: who is told, and what is imported."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from signpost.instagram.install_store import SERVICE
from signpost.platform.aws import conditionally

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class InstallSettingsStore:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def set(self, install_id: str, values: Mapping[str, Any]) -> bool:
        """Set these attributes, or remove those that are empty; false when there is no such install.

        Not bound to a connection: a reconnect keeps them.

        Raises:
            Unavailable: DynamoDB does not answer. Doing it again does no harm.
        """
        full = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items() if value}
        gone = [name for name in values if name not in full]
        parts = []
        if full:
            parts.append("SET " + ", ".join(f"{name} = :{name}" for name in full))
        if gone:
            parts.append("REMOVE " + ", ".join(gone))
        update: dict[str, Any] = {"ExpressionAttributeValues": {f":{name}": each for name, each in full.items()}}
        return conditionally(
            SERVICE,
            self._client.update_item,
            TableName=self._table,
            Key={"key": install_id},
            UpdateExpression=" ".join(parts),
            ConditionExpression="attribute_exists(#connection) AND attribute_not_exists(erasing)",
            ExpressionAttributeNames={"#connection": "connection"},
            **(update if full else {}),
        )
