"""The ConsoleSessions table: {"key": SHA-256 of a session's id, "user", "ends_at", "ttl"}.

A member's session also has "account", "install" and "connection". {"key": SHA-256 of a login's id, "claim", "ttl"}
marks a login at Meta as used. Whoever reads the table cannot take over a session: only its browser knows its id.
"""

import hashlib
from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.console.session.member import Member
from signpost.platform.dynamodb import Attr, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEEP_CLAIMS: Final = 3600  # seconds after a login's end, so that TTL never deletes its claim too early


class StoredSession(NamedTuple):
    user: str
    member: Member | None


class SessionStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The session table")

    def open(self, session_id: str, user: str, ends_at: float, member: Member | None = None) -> None:
        item = {"user": user, "ends_at": ends_at, "ttl": ceil(ends_at)}
        self._table.put(_key(session_id) | item | (member._asdict() if member else {}))

    def get(self, session_id: str, now: float) -> StoredSession | None:
        """Expired items may be there for days: DynamoDB deletes them when it likes."""
        item = self._table.get(_key(session_id))
        if item is None or item.get("ends_at", 0) <= now:
            return None
        member = Member(item["account"], item["install"], item["connection"]) if "account" in item else None
        return StoredSession(item["user"], member)

    def close(self, session_id: str) -> None:
        self._table.delete(_key(session_id))

    def claim(self, login: str, claim: str, ends_at: float) -> bool:
        """Mark a login as used. False: it was. `claim`: random for each request, so that its own retry passes."""
        item = _key(f"login {login}") | {"claim": claim, "ttl": ceil(ends_at) + _KEEP_CLAIMS}
        return self._table.put_if(item, Attr("key").not_exists() | Attr("claim").eq(claim))


def _key(session_id: str) -> dict[str, Any]:
    return {"key": hashlib.sha256(session_id.encode()).hexdigest()}
