"""What other contexts may read about messaging: how much there has been."""

from typing import TYPE_CHECKING

from signpost.messaging.relay.store import TotalStore
from signpost.platform.dynamodb import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Readings:
    """`client` is `aws.dynamodb()`. Raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._totals = TotalStore(Table(client, table, "The table of messages"))

    def totals(self) -> dict[str, int]:
        """How many there have been, deleted ones included. A few seconds old at most.

        `users` have verified their phone, `videos` are among the `messages`, `received` counts a message for each
        member who got it.
        """
        return self._totals.totals()
