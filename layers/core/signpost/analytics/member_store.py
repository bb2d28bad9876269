"""The Members table.

{id, kind: "member", created_at, title, zone, install, snapshot, snapshot_at, left_at}

Index `by_kind` (`kind`, `id`): all members, in the order of their ids.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from signpost.analytics.members import Member
from signpost.platform.dynamodb import Attr, Change, Item, Key, Table

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KIND: Final = "member"
_INDEX: Final = "by_kind"


class MemberStore:
    """Every method raises `Unavailable` when DynamoDB does not answer. `client` is `aws.dynamodb()`."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._table = Table(client, table, "The member table")

    def get(self, member: str) -> Member | None:
        """Also a member that is leaving."""
        item = self._table.get({"id": member})
        return _member(item) if item else None

    def all(self) -> Iterator[Member]:
        """In the order of their ids. The index lags, so those that were just created may be missing."""
        return map(_member, self._table.items(Key("kind").eq(_KIND), index=_INDEX))

    def create(self, member: Member) -> bool:
        """False: there is a member with this id."""
        return self._table.put_if(_item(member), Attr("id").not_exists())

    def point(self, member: str, snapshot: str, at: float, install: str, username: str | None = None) -> bool:
        """Make this the latest snapshot. False: there is a later one, no such member, or it is leaving."""
        stays = Attr("id").exists() & Attr("left_at").not_exists()
        # Or it is already: a call whose reply was lost is repeated.
        later = Attr("snapshot_at").not_exists() | Attr("snapshot_at").lt(at) | Attr("snapshot").eq(snapshot)
        change = Change(set={"snapshot": snapshot, "snapshot_at": at, "install": install, "username": username})
        return self._table.update_if({"id": member}, change, stays & later)

    def forget_snapshot(self, member: str, until: float) -> None:
        """Point at no snapshot, if the latest one was taken by then."""
        change = Change(remove=("snapshot", "snapshot_at", "install", "username"))
        self._table.update_if({"id": member}, change, Attr("snapshot_at").lte(until))

    def leave(self, member: str, at: float) -> bool:
        """Keep nothing new from now on. False: no such member, or it was created after `at`. May be repeated."""
        is_meant = Attr("created_at").lte(at)
        return self._table.update_if({"id": member}, Change(set_once={"left_at": at}), is_meant)

    def remove(self, member: Member) -> bool:
        """Delete a member that is leaving, unless it has come back."""
        return self._table.delete_if({"id": member.id}, Attr("left_at").eq(member.left_at))


def _item(member: Member) -> dict[str, Any]:
    fields = {name: value for name, value in member._asdict().items() if value not in (None, "")}
    return {"kind": _KIND, **fields}


def _member(item: Item) -> Member:
    return Member(**{name: item[name] for name in Member._fields if name in item})
