"""What others may read of conversations: numbers only, nothing of what people write."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from signpost.messaging import keys
from signpost.messaging.counts import Counts, Day, counts
from signpost.platform.dynamodb import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Readings:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The table of messages")

    def totals(self) -> Counts:
        return counts(self._table.get(keys.COUNTERS))

    def days(self, days: Sequence[date]) -> list[Day]:
        """These days, in the same order."""
        wanted = [(keys.counted_on(str(day)), keys.active_on(str(day))) for day in days]
        found = {item["sk"]: item for item in self._table.batch_get(key for pair in wanted for key in pair)}
        return [
            Day(day, counts(found.get(counted["sk"])), int(found.get(active["sk"], {}).get("active", 0)))
            for day, (counted, active) in zip(days, wanted, strict=True)
        ]
