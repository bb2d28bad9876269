"""The table Messaging: transactions that move the clocks of the users whose data they change.

A user's clock orders all changes to that user's memberships and messages, so that a sync misses none: see "Versions" in
docs/data-model.md. All such changes go through `commit`.
"""

import random
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Final

from signpost.messaging import keys
from signpost.messaging.versions import Versions
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import CONDITION_FAILED, CONFLICT, Action, Attr, Change, Item, Key, Table
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Plan = Callable[[Versions], Sequence[Action]]

EXISTS: Final = Attr("pk").exists()
NEW: Final = Attr("pk").not_exists()
MOST_ACTIONS: Final = 100  # DynamoDB's limit in one transaction
_TRIES: Final = 6
_FIRST_WAIT: Final = 0.02  # seconds, doubled each time, and random so that two writers do not meet again


class Busy(Unavailable):
    """Others kept changing the same users' data. Nothing was stored."""


class MessagingStore:
    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        clock: Clock = system_clock,
        wait: Callable[[float], None] = time.sleep,  # noqa: TID251  (for milliseconds)
    ) -> None:
        self.table = Table(client, table, "The table of messages")
        self._clock, self._wait = clock, wait

    def clocks(self, users: Iterable[int]) -> dict[int, int]:
        """The clocks of these users. Read before whatever a plan decides by."""
        found = self.table.batch_get(keys.clock(user) for user in users)
        return {keys.partition_id(item): item["version"] for item in found}

    def clock(self, user: int) -> int:
        item = self.table.get(keys.clock(user))
        return item["version"] if item else 0

    def commit(self, users: Collection[int], plan: Plan, *, tries: int = _TRIES) -> tuple[str, ...]:
        """Do what `plan` returns in one transaction, with the clocks of those users whose versions it took.

        The plan is called again whenever somebody else moved one of the clocks: it reads what it decides by anew.
        Without actions, nothing happens. Returns () when it is done. If a condition of the plan's own does not hold,
        returns DynamoDB's code for each of its actions.

        Raises:
            Busy: the clocks moved at every try.
        """
        for tried in range(tries):
            if tried:
                self._wait(random.uniform(0, _FIRST_WAIT * 2**tried))  # noqa: S311  (nothing secret)
            versions = Versions(self.clocks(users), self._clock())
            actions = plan(versions)
            if not actions:
                return ()
            moves = [self._move(*move) for move in versions.moved()]
            reasons = self.table.transact([*moves, *actions], tell_conflicts=True)
            if not reasons:
                return ()
            own = reasons[len(moves) :]
            if CONDITION_FAILED in own and CONDITION_FAILED not in reasons[: len(moves)] and CONFLICT not in reasons:
                return own
        raise Busy("Too many changes at the same time; try again.")

    def _move(self, user: int, was: int, version: int) -> Action:
        unmoved = Attr("version").eq(was) if was else Attr("version").not_exists()
        is_open = Attr("closed").not_exists()
        return self.table.updating(keys.clock(user), Change(set={"version": version}), unmoved & is_open)

    def close(self, user: int, until: int) -> None:
        """From now on, no transaction moves this user's clock, so nothing comes into the user's partition with one.

        `until`: when the clock may go, in seconds: longer than any transaction that has been planned may take.
        """
        self.table.update_if(keys.clock(user), Change(set={"closed": True, "ttl": until}), Attr("closed").not_exists())

    def everybody(self, conversation: int) -> list[Item]:
        """The items of all who have joined a conversation; `gone` are those who were deleted."""
        condition = Key("pk").eq(keys.of_conversation(conversation)) & Key("sk").begins_with("member#")
        return list(self.table.items(condition))

    def members(self, conversation: int) -> list[Item]:
        """The items of a conversation's members."""
        return [each for each in self.everybody(conversation) if "gone" not in each]
