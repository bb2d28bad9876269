"""The ConsoleSessions table: {"key": SHA-256 of a session's id, "user", "ends_at", "ttl"}.

Whoever reads the table cannot take over a session: the id itself is only in the browser's cookie.
"""

import hashlib
from math import ceil
from typing import TYPE_CHECKING, Any

from signpost.platform.dynamodb import Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class SessionStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The session table")

    def open(self, session_id: str, user: str, ends_at: float) -> None:
        item = {"user": user, "ends_at": ends_at, "ttl": ceil(ends_at)}
        self._table.put(_key(session_id) | item)

    def is_open(self, session_id: str, now: float) -> bool:
        """Expired items may be there for days: DynamoDB deletes them when it likes."""
        item = self._table.get(_key(session_id))
        return item is not None and bool(item["ends_at"] > now)

    def close(self, session_id: str) -> None:
        self._table.delete(_key(session_id))


def _key(session_id: str) -> dict[str, Any]:
    return {"key": hashlib.sha256(session_id.encode()).hexdigest()}
