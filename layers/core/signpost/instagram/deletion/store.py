"""How far requests to erase data are: the items `deletion#<code>` of InstagramInstalls.

    {"key", "status", "received_at", "ttl", "done_at"?, and the numbers of `Erased`}

Nothing in them says whose data it was. `erasure` adds the numbers, each in the transaction that erases what it counts.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from signpost.instagram.deletion.request import KEPT, DeletionProgress, Erased, Status
from signpost.platform.dynamodb import Attr, Change, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_NOT_DONE: Final = Attr("status").ne(Status.DONE.value)


def deletion_key(code: str) -> dict[str, str]:
    return {"key": f"deletion#{code}"}


class DeletionStore:
    """Every method raises `Unavailable` when DynamoDB does not answer.

    A write whose condition fails is not needed: it has been made before, or a later one has.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The table of requests")

    def add(self, code: str, now: float) -> None:
        """Note that a request was received. One that was received before keeps its status."""
        item = {"status": Status.RECEIVED.value, "received_at": now, "ttl": int(now) + KEPT}
        self._table.put_if({**deletion_key(code), **item}, Attr("received_at").not_exists())

    def get(self, code: str, now: float) -> DeletionProgress | None:
        item = self._table.get(deletion_key(code))
        return _progress(code, item) if item and item["ttl"] > now else None

    def begin(self, code: str, received_at: float) -> None:
        """Note that erasing has begun. A request that was queued by hand gets its item here."""
        begun = Change(
            set={"status": Status.ERASING.value},
            set_once={"received_at": received_at, "ttl": int(received_at) + KEPT},
        )
        self._table.update_if(deletion_key(code), begun, Attr("status").not_exists() | _NOT_DONE)

    def finish(self, code: str, now: float) -> None:
        """Note that everything is erased. The first time counts."""
        done = Change(set={"status": Status.DONE.value, "done_at": now, "ttl": int(now) + KEPT})
        self._table.update_if(deletion_key(code), done, _NOT_DONE)


def _progress(code: str, item: Mapping[str, Any]) -> DeletionProgress:
    return DeletionProgress(
        code,
        Status(item["status"]),
        item["received_at"],
        item.get("done_at"),
        Erased(*(item.get(name, 0) for name in Erased._fields)),
    )
