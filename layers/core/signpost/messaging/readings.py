"""What other contexts may read about messaging: how much there has been, nothing of what people write."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from signpost.messaging import keys
from signpost.messaging.counts import Day, counts
from signpost.platform.dynamodb import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Readings:
    """`client` is `aws.dynamodb()`. Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The table of messages")

    def totals(self) -> dict[str, int]:
        """How many there have been, deleted ones included. A few seconds old at most.

        `users` have verified their phone, `videos` are among the `messages`, `received` counts a message for each
        member who got it.
        """
        return counts(self._table.get(keys.COUNTERS))._asdict()

    def days(self, days: Sequence[date]) -> list[Day]:
        """These days, in the same order."""
        wanted = [(keys.counted_on(str(day)), keys.active_on(str(day))) for day in days]
        found = {item["sk"]: item for item in self._table.batch_get(key for pair in wanted for key in pair)}
        return [
            Day(day, counts(found.get(counted["sk"])), int(found.get(active["sk"], {}).get("active", 0)))
            for day, (counted, active) in zip(days, wanted, strict=True)
        ]
