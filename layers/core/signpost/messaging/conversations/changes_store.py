"""What members do with a conversation, in the table Messaging: see its messages, leave it, archive it.

Each change is one transaction that reads what it decides by after the user's clock, so counts stay exact.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from signpost.messaging import keys, memberships
from signpost.messaging.conversation_shapes import ulid_of
from signpost.messaging.errors import NothingFound
from signpost.messaging.memberships import Item
from signpost.messaging.store import EXISTS, MessagingStore, Plan
from signpost.messaging.versions import Versions
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Action, Attr, Change, ConditionBase, Key

AT_ONCE: Final = 90  # messages in one transaction
_LIVE: Final = Attr("deleted").not_exists()
_CONTENT: Final = ("content", "sender_name", "unseen")


class ConversationChanges:
    """`conversation` is the user's id of it. Every method raises `NothingFound`, or `Unavailable` as the table does."""

    def __init__(self, messaging: MessagingStore, *, clock: Clock = system_clock) -> None:
        self._messaging, self._table, self._clock = messaging, messaging.table, clock

    # ----------------------------------------------------------------------------------------------------- seeing
    def see_all(self, user: int, conversation: int, types: Collection[str] = ()) -> int:
        """Mark what is unread as seen: all of it, or what is of these types. Returns how many there were."""
        seen = 0
        while marked := self._see(user, conversation, lambda membership: self._unread(user, membership, types)):
            seen += len(marked)
        return seen

    def see(self, user: int, conversation: int, ulids: Sequence[str]) -> None:
        """Mark those of these messages as seen that are unread."""
        for start in range(0, len(ulids), AT_ONCE):
            wanted = [keys.message(user, conversation, ulid) for ulid in ulids[start : start + AT_ONCE]]

            def those(membership: Item, wanted: list[keys.Key] = wanted) -> list[Item]:
                found = self._table.batch_get(wanted)
                return [each for each in found if "unseen" in each and ulid_of(each) > membership.get("cleared_to", "")]

            self._see(user, conversation, those)

    def _see(self, user: int, conversation: int, choose: Callable[[Item], list[Item]]) -> list[Item]:
        chosen: list[Item] = []

        def plan(versions: Versions) -> list[Action]:
            membership = self._membership(user, conversation)
            chosen[:] = choose(membership)
            if not chosen:
                return []
            now = self._clock()
            seen = [self._marking(each, {"seen_at": now}, ["unseen"], versions.next(user)) for each in chosen]
            return [*seen, self._table.putting(memberships.with_seen(membership, chosen, versions.next(user)), EXISTS)]

        self._commit(user, plan)
        return chosen

    def _unread(self, user: int, membership: Item, types: Collection[str]) -> list[Item]:
        unseen = keys.unseen_messages(membership["id"])
        low = unseen + membership.get("cleared_to", "") + keys.NEXT
        condition = Key("pk").eq(keys.of_user(user)) & Key("unseen").between(low, unseen + keys.LAST)
        where: ConditionBase | None = Attr("type").is_in(sorted(types)) if types else None
        found = self._table.items(condition, index=keys.BY_UNSEEN, consistent=True, where=where)
        return list(islice(found, AT_ONCE))

    # ---------------------------------------------------------------------------------------------------- leaving
    def leave(self, user: int, conversation: int) -> None:
        """Its messages are gone, and the next one brings it back. The worker clears what is older than the last 90."""

        def plan(versions: Versions) -> list[Action]:
            membership = self._membership(user, conversation)
            cleared = membership.get("cleared_to", "")
            newest = list(islice(self._messages(membership, cleared + keys.NEXT, newest_first=True), AT_ONCE + 1))
            if "left_at" in membership and not newest:
                return []
            more = len(newest) > AT_ONCE or "clear_due" in membership
            gone = [self._clearing(each, versions.next(user)) for each in newest[:AT_ONCE]]
            cleared = ulid_of(newest[0]) if newest else cleared
            now = self._clock()
            left = memberships.left(membership, cleared, now, versions.next(user), clear_due=more)
            return [*gone, self._table.putting(left, EXISTS)]

        self._commit(user, plan)

    def clear(self, user: int, conversation: int, time_left: Callable[[], bool]) -> bool:
        """Clear what is older than the latest leave, which is already hidden. Returns whether all of it is cleared.

        It may be repeated, and run twice at once.
        """
        done: list[str] = []  # the last message of each batch

        def plan(versions: Versions) -> list[Action]:
            membership = self._table.get(keys.membership(user, conversation))
            if membership is None or "clear_due" not in membership:
                return []
            after = done[-1] if done else ""
            old = list(islice(self._messages(membership, after + keys.NEXT, membership["cleared_to"]), AT_ONCE))
            if not old:
                cleared = {name: value for name, value in membership.items() if name != "clear_due"}
                return [self._table.putting({**cleared, "version": versions.next(user)}, EXISTS)]
            batch.append(ulid_of(old[-1]))
            return [self._clearing(each, versions.next(user)) for each in old]

        while time_left():
            batch: list[str] = []
            self._commit(user, plan)
            if not batch:
                return True
            done.append(batch[-1])
        return False

    # -------------------------------------------------------------------------------------------------- archiving
    def archive(self, user: int, conversation: int) -> Item:
        """Returns the membership."""
        found: list[Item] = []

        def plan(versions: Versions) -> list[Action]:
            membership = self._membership(user, conversation)
            found[:] = [membership]
            if membership.get("archived"):
                return []
            found[:] = [{**membership, "archived": True, "version": versions.next(user)}]
            return [self._table.putting(found[0], EXISTS)]

        self._commit(user, plan)
        return found[0]

    # ----------------------------------------------------------------------------------------------- what they share
    def _membership(self, user: int, conversation: int) -> Item:
        found = self._table.get(keys.membership(user, conversation))
        if found is None:
            raise NothingFound
        return found

    def _messages(
        self, membership: Item, low: str, high: str = keys.LAST, *, newest_first: bool = False
    ) -> Iterator[Item]:
        """Those that are not cleared, from one ULID to another."""
        beginning = keys.messages(membership["id"])
        condition = Key("pk").eq(membership["pk"]) & Key("sk").between(beginning + low, beginning + high)
        return self._table.items(condition, where=_LIVE, newest_first=newest_first, limit=2 * AT_ONCE)

    def _marking(self, message: Item, changes: Mapping[str, Any], gone: Sequence[str], version: int) -> Action:
        change = Change(set={**changes, "version": version}, remove=gone)
        return self._table.updating(keys.of(message), change, EXISTS)

    def _clearing(self, message: Item, version: int) -> Action:
        """It becomes a tombstone, by which the user's other devices learn that it is gone."""
        return self._marking(message, {"deleted": True, "needs_reply": False}, _CONTENT, version)

    def _commit(self, user: int, plan: Plan) -> None:
        if self._messaging.commit([user], plan):
            raise NothingFound  # somebody has just deleted it
