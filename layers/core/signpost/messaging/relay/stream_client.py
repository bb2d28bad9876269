"""The stream of the table Messaging, read by hand. DynamoDB keeps records for 24 hours."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from signpost.messaging.relay.again import Span

if TYPE_CHECKING:
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient


class StreamClient:
    """Errors of boto3 pass."""

    def __init__(self, client: "DynamoDBStreamsClient", stream: str) -> None:
        self._client, self._stream = client, stream

    def records(self, span: Span) -> Iterator[dict[str, Any]]:
        """Those of the span, in Lambda's shape."""
        reply = self._client.get_shard_iterator(
            StreamArn=self._stream,
            ShardId=span.shard,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=span.first,
        )
        iterator: str | None = reply["ShardIterator"]
        while iterator:
            page = self._client.get_records(ShardIterator=iterator)
            for record in page["Records"]:
                if int(record["dynamodb"]["SequenceNumber"]) > int(span.last):
                    return
                at = record["dynamodb"]["ApproximateCreationDateTime"].timestamp()
                yield {**record, "dynamodb": {**record["dynamodb"], "ApproximateCreationDateTime": at}}
                if int(record["dynamodb"]["SequenceNumber"]) == int(span.last):
                    return
            iterator = page.get("NextShardIterator")
