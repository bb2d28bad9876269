"""Polls of hashtags that are due, for the sweep; the rest of the InstagramHashtags table is `hashtag_store`'s."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.fetch.hashtag_store import SERVICE, Poll
from signpost.platform.aws import conditionally, named_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INDEX: Final = "by_poll"
_PAGE: Final = 500


class PollStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def due(self, now: float) -> Iterator[list[Poll]]:
        """The polls that are due by now, longest due first, page by page."""
        start: dict[str, Any] = {}
        while True:
            with named_errors(SERVICE):
                reply = self._client.query(
                    TableName=self._table,
                    IndexName=_INDEX,
                    KeyConditionExpression="poll = :due AND poll_at <= :now",
                    ExpressionAttributeValues={":due": "due", ":now": Decimal(str(now))},
                    Limit=_PAGE,
                    **start,
                )
            items: list[dict[str, Any]] = reply["Items"]
            yield [
                Poll(each["tag"], each["install"], float(each["poll_at"]), float(each["asked_at"])) for each in items
            ]
            if "LastEvaluatedKey" not in reply:
                return
            start = {"ExclusiveStartKey": reply["LastEvaluatedKey"]}

    def claim(self, poll: Poll, now: float, until: float) -> bool:
        """Take a poll that is due for this sweep; false when it is not due any more. It is due again at `until`."""
        return conditionally(
            SERVICE,
            self._client.update_item,
            TableName=self._table,
            Key={"key": f"poll#{poll.tag}#{poll.install}"},
            UpdateExpression="SET poll_at = :until",
            ConditionExpression="poll_at <= :now",
            ExpressionAttributeValues={":now": Decimal(str(now)), ":until": Decimal(str(until))},
        )
