"""Reading and restoring single clicks. The redirect writes them itself, through its own client."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from signpost.platform.aws import named_errors
from signpost.tracking.clicks import partition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Page = list[dict[str, Any]]


class ClickStore:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def pages(self, campaign_id: str, hour: str, bucket: int, after: str | None = None) -> Iterator[Page]:
        """The clicks of one bucket in the order of their ULIDs, from the first one later than `after`; pages of 1 MB.

        Raises:
            Unavailable: DynamoDB does not answer.
        """
        key = partition(campaign_id, hour, bucket)
        start: dict[str, Any] = {"ExclusiveStartKey": {"partition": key, "click": after}} if after else {}
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="#partition = :partition",
            ExpressionAttributeNames={"#partition": "partition"},
            ExpressionAttributeValues={":partition": key},
            ConsistentRead=True,
            **start,
        )
        with named_errors("The clicks"):
            for page in pages:
                yield page["Items"]

    def put(self, click: Mapping[str, Any]) -> None:
        """Store a click under the key that it has. Raises `Unavailable`; then it may be stored or not."""
        with named_errors("The clicks"):
            self._client.put_item(TableName=self._table, Item=click)
