"""Whom a user added, was added by, and muted, in the table Messaging."""

from collections.abc import Iterable, Mapping
from itertools import chain

from signpost.messaging import keys
from signpost.messaging.store import MOST_ACTIONS
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Action, Change, Item, Key, Table


class FriendStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, table: Table, clock: Clock = system_clock) -> None:
        self._table, self._clock = table, clock

    def page(self, user: int, below: Mapping[str, str] | None, most: int) -> tuple[list[Item], Item | None]:
        """A page of a user's friends, the one last written to first, and the key after which the next page begins."""
        condition = Key("pk").eq(keys.of_user(user)) & Key("activity").between(*keys.FRIENDS)
        pages = self._table.pages(
            condition, index=keys.BY_ACTIVITY, consistent=True, newest_first=True, limit=most, after=below
        )
        page = next(pages)
        return page.items, page.last

    def who_added(self, user: int, after: Mapping[str, str] | None, most: int) -> tuple[list[int], Item | None]:
        """Who added a user."""
        return self._others(user, "added_by#", after, most)

    def muted(self, user: int, after: Mapping[str, str] | None, most: int) -> tuple[list[int], Item | None]:
        return self._others(user, "mute#", after, most)

    def added(self, user: int, others: Iterable[int]) -> dict[int, Item]:
        """Those of the others whom the user added."""
        return {
            keys.suffix_id(item): item for item in self._table.batch_get(keys.friend(user, each) for each in others)
        }

    def add(self, user: int, others: Iterable[int]) -> None:
        """Users who are friends already stay as they are."""
        now = self._clock()
        new, known = {"since": now, "activity": keys.friend_activity(0)}, {"since": now}
        self._pairs(
            (
                self._table.updating(keys.friend(user, other), Change(set_once=new)),
                self._table.updating(keys.added_by(other, user), Change(set_once=known)),
            )
            for other in others
        )

    def remove(self, user: int, others: Iterable[int]) -> None:
        self._pairs(
            (self._table.deleting(keys.friend(user, other)), self._table.deleting(keys.added_by(other, user)))
            for other in others
        )

    def mute(self, user: int, other: int) -> None:
        self._table.put({**keys.mute(user, other), "since": self._clock()})

    def unmute(self, user: int, other: int) -> None:
        self._table.delete(keys.mute(user, other))

    def _others(
        self, user: int, beginning: str, after: Mapping[str, str] | None, most: int
    ) -> tuple[list[int], Item | None]:
        condition = Key("pk").eq(keys.of_user(user)) & Key("sk").begins_with(beginning)
        page = next(self._table.pages(condition, limit=most, after=after))
        return [keys.suffix_id(item) for item in page.items], page.last

    def _pairs(self, pairs: Iterable[tuple[Action, Action]]) -> None:
        """Both actions of a pair are in one transaction."""
        actions = list(chain.from_iterable(pairs))
        for start in range(0, len(actions), MOST_ACTIONS):
            self._table.transact(actions[start : start + MOST_ACTIONS])
