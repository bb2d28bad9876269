"""How far requests to erase data are: the items `deletion#<code>` of InstagramInstalls.

    {"key", "status", "received_at", "ttl", "done_at"?, and the numbers of `Erased`}

Nothing in them tells whose data it was. The numbers are added by `erasure_store`, each together with what it counts.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.deletion.request import KEPT, DeletionProgress, Erased, Status
from signpost.platform.aws import conditionally, named_errors

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SERVICE: Final = "The table of requests"


def deletion_key(code: str) -> dict[str, str]:
    return {"key": f"deletion#{code}"}


class DeletionStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client, self._table = client, table

    def add(self, code: str, now: float) -> None:
        """Note that a request was received. One that came before stays as far as it is."""
        item: dict[str, Any] = {
            **deletion_key(code),
            "status": Status.RECEIVED.value,
            "received_at": _number(now),
            "ttl": int(now) + KEPT,
        }
        self._write("put_item", Item=item, ConditionExpression="attribute_not_exists(received_at)")

    def get(self, code: str, now: float) -> DeletionProgress | None:
        with named_errors(_SERVICE):
            reply = self._client.get_item(TableName=self._table, Key=deletion_key(code), ConsistentRead=True)
        item: Mapping[str, Any] | None = reply.get("Item")
        return _progress(code, item) if item and int(item["ttl"]) > now else None

    def begin(self, code: str, received_at: float) -> None:
        """Note that erasing has begun. A request that was put into the queue by hand gets its item here."""
        self._change(
            code,
            "SET #status = :erasing, received_at = if_not_exists(received_at, :at), #ttl = if_not_exists(#ttl, :ttl)",
            "attribute_not_exists(#status) OR #status <> :done",
            {":erasing": Status.ERASING.value, ":at": _number(received_at), ":ttl": int(received_at) + KEPT},
        )

    def finish(self, code: str, now: float) -> None:
        """Note that all is erased. The first time counts."""
        self._change(
            code,
            "SET #status = :done, done_at = :at, #ttl = :ttl",
            "#status <> :done",
            {":at": _number(now), ":ttl": int(now) + KEPT},
        )

    def _change(self, code: str, update: str, condition: str, values: dict[str, Any]) -> None:
        self._write(
            "update_item",
            Key=deletion_key(code),
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeNames={"#status": "status", "#ttl": "ttl"},
            ExpressionAttributeValues={":done": Status.DONE.value, **values},
        )

    def _write(self, operation: str, **parameters: Any) -> None:
        """A write that is not needed when its condition fails: it, or more, was done before."""
        conditionally(_SERVICE, getattr(self._client, operation), TableName=self._table, **parameters)


def _number(moment: float) -> Decimal:
    return Decimal(str(moment))


def _progress(code: str, item: Mapping[str, Any]) -> DeletionProgress:
    done_at = item.get("done_at")
    return DeletionProgress(
        code,
        Status(item["status"]),
        float(item["received_at"]),
        None if done_at is None else float(done_at),
        Erased(*(int(item.get(name, 0)) for name in Erased._fields)),
    )
