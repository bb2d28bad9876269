"""What a sync reads of a user in the table Messaging. All reads are consistent."""

from collections.abc import Iterable, Iterator
from typing import Final

from signpost.messaging import keys
from signpost.messaging.store import MessagingStore
from signpost.platform.dynamodb import Attr, Item, Key

_AT_ONCE: Final = 100  # items in a page of a Query


class SyncStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, messaging: MessagingStore) -> None:
        self._messaging, self._table = messaging, messaging.table

    def clock(self, user: int) -> int:
        return self._messaging.clock(user)

    def changed(self, user: int, since: int, most: int) -> tuple[list[Item], bool]:
        """Up to so many memberships and messages with a greater version, in the order of their versions.

        And whether there may be more. One Query.
        """
        # The clock is under the same index, with the version of the latest change: at most one item more.
        condition = Key("pk").eq(keys.of_user(user)) & Key("version").gt(since)
        page = next(self._table.pages(condition, index=keys.BY_VERSION, consistent=True, limit=most + 2))
        found = [item for item in page.items if item["sk"] != "clock"]
        cut_off = len(page.items) < most + 2 and page.last is not None  # after 1 MB
        return found[:most], len(found) > most or cut_off

    def changed_memberships(self, user: int, since: int) -> Iterator[Item]:
        condition = Key("pk").eq(keys.of_user(user)) & Key("version").gt(since)
        where = Attr("sk").begins_with("membership#")
        return self._table.items(condition, where=where, index=keys.BY_VERSION, consistent=True, limit=_AT_ONCE)

    def conversations(self, user: int, below: str | None) -> Iterator[Item]:
        """The memberships that were not left, the latest message first; `below` an activity, without it."""
        first, last = keys.CONVERSATIONS
        condition = Key("pk").eq(keys.of_user(user)) & Key("activity").between(first, below or last)
        query = self._table.items(
            condition, index=keys.BY_ACTIVITY, consistent=True, newest_first=True, limit=_AT_ONCE + 1
        )
        return (item for item in query if item["activity"] != below)

    def unseen(self, user: int, membership: int, after: str) -> Iterator[Item]:
        """The unseen messages of a membership after the one with this ULID, oldest first."""
        begins = keys.unseen_messages(membership)
        condition = Key("pk").eq(keys.of_user(user)) & Key("unseen").between(
            begins + after + keys.NEXT, begins + keys.LAST
        )
        return self._table.items(condition, index=keys.BY_UNSEEN, consistent=True, limit=_AT_ONCE)

    def memberships(self, user: int, ids: Iterable[int]) -> list[Item]:
        return list(self._table.batch_get(keys.membership(user, each) for each in ids))
