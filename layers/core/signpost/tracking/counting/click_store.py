"""Reads clicks and puts lost ones back. The redirect stores clicks through its own client."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from signpost.platform.dynamodb import Item, Key, Table
from signpost.tracking.clicks import partition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class ClickStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The clicks")

    def pages(self, campaign_id: str, hour: str, bucket: int, after: str | None = None) -> Iterator[list[Item]]:
        """One bucket's clicks in the order of their ULIDs, beginning after the ULID `after`, in pages of 1 MB."""
        key = partition(campaign_id, hour, bucket)
        start = {"partition": key, "click": after} if after else None
        for page in self._table.pages(Key("partition").eq(key), after=start):
            yield page.items

    def put(self, click: Mapping[str, Any]) -> None:
        """Store a click under its own key. After `Unavailable`, it may or may not be stored."""
        self._table.put(click)
