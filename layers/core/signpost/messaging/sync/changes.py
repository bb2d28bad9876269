"""What an app has to be told so that it shows what we have.

Versions order all changes of a user's memberships and messages (docs/data-model.md, "Versions"). Whoever has been told
everything up to a version misses nothing by asking for what is greater:

- Since a version, the index `by_version` has just what changed.
- Without one, an app gets its conversations, the latest first, each followed by its unseen messages. The clock is read
  before, so that what changes meanwhile comes with the next sync. A conversation may also move up meanwhile, past the
  position where the walk is. Its older unseen messages would then come neither with the walk nor with the next sync.
  So the conversations that changed since the clock was read are given once more at the end.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.messaging import keys
from signpost.messaging.conversation_shapes import is_cleared, membership_of, unread, watchable

if TYPE_CHECKING:
    from signpost.messaging.sync.store import SyncStore

Item = Mapping[str, Any]

MOST: Final = 100  # conversations and messages in one reply
_LARGEST: Final = 1_000_000  # bytes of messages in one reply, as in one page of a Query
NOTHING_YET: Final = 0  # the version that everything is greater than


class Position(NamedTuple):
    """How far the walk through everything is: behind this message of this membership."""

    clock: int  # as it was before the walk
    moved: bool  # whether it is already at those that changed meanwhile
    at: str | int | None  # the membership's activity, or its version once `moved`
    membership: int
    message: str  # a ULID; empty before the first one


class Part(NamedTuple):
    """One reply to a sync."""

    items: list[Item]
    upto: int  # the version that the app may ask from next
    more: Position | int | None  # where the next part begins: in the walk, or behind a version; None if this was all


class Sync:
    def __init__(self, store: "SyncStore") -> None:
        self._store = store

    def since(self, user: int, version: int, most: int, *, v1: bool) -> Part:
        """What changed after a version, in the order of the changes: one read if nothing did, two otherwise.

        Of what the app cannot show, it gets nothing, but moves on: such a part may be empty though there is more.
        """
        part, more = self._store.changed(user, version, most)
        upto = part[-1]["version"] if part else version
        shown = [item for item in part if _is_membership(item) or watchable(item, v1=v1)]
        return Part(self._without_cleared(user, shown), upto, upto if more else None)

    def everything(self, user: int, before: float | None, conversations: int, *, v1: bool) -> Part:
        """The first part of all conversations, of those whose latest message is older than `before`, if it is given.

        A part has at most so many conversations, at most `MOST` items, and not much more than 1 MB.
        """
        at = None if before is None else keys.conversations_before(before)
        start = Position(self._store.clock(user), moved=False, at=at, membership=0, message="")
        return self.on_from(user, start, conversations, v1=v1)

    def on_from(self, user: int, position: Position, conversations: int, *, v1: bool) -> Part:
        """The next part of the walk."""
        given: list[Item] = []
        opened = size = 0
        for passed, (item, behind) in enumerate(self._walk(user, position, v1=v1)):
            opened += _is_membership(item)
            if passed == MOST or opened > conversations or size > _LARGEST:
                return Part(given, NOTHING_YET, position)
            size += _size(item)
            position = behind
            if _is_membership(item) or watchable(item, v1=v1):
                given.append(item)
        return Part(given, position.clock, None)

    def _walk(self, user: int, position: Position, *, v1: bool) -> Iterator[tuple[Item, Position]]:
        """Everything behind a position, each with the position behind it."""
        if position.membership:
            for membership in self._store.memberships(user, [position.membership]):
                yield from self._messages(user, membership, position, v1=v1)
        if not position.moved:
            at = None if position.at is None else str(position.at)
            for membership in self._store.conversations(user, at):
                behind = Position(position.clock, False, membership["activity"], membership["id"], "")
                yield membership, behind
                yield from self._messages(user, membership, behind, v1=v1)
        since = int(position.at or 0) if position.moved else position.clock
        for membership in self._store.changed_memberships(user, since):
            behind = Position(position.clock, True, membership["version"], membership["id"], "")
            yield membership, behind
            yield from self._messages(user, membership, behind, v1=v1)

    def _messages(
        self, user: int, membership: Item, position: Position, *, v1: bool
    ) -> Iterator[tuple[Item, Position]]:
        if "left_at" in membership or not unread(membership, v1=v1):
            return
        after = max(position.message, membership.get("cleared_to", ""))
        for message in self._store.unseen(user, membership["id"], after):
            yield message, position._replace(message=message["sk"].rpartition("#")[2])

    def _without_cleared(self, user: int, items: Sequence[Item]) -> list[Item]:
        """The same, but messages from before their receiver left the conversation are deleted.

        That they are is stored at once for the membership, and only later for each message.
        """
        live = [item for item in items if not _is_membership(item) and not item.get("deleted")]
        ids = {membership_of(message) for message in live}
        known = {membership["id"]: membership for membership in self._store.memberships(user, ids)} if ids else {}
        return [_deleted(item) if _is_cleared(item, known) else item for item in items]


def of_type(item: Item) -> str:
    return "conversation" if _is_membership(item) else "message"


def _is_membership(item: Item) -> bool:
    return str(item["sk"]).startswith("membership#")


def _is_cleared(item: Item, memberships: Mapping[int, Item]) -> bool:
    return not _is_membership(item) and is_cleared(item, memberships.get(membership_of(item), {}))


def _deleted(message: Item) -> Item:
    return {**{name: value for name, value in message.items() if name != "content"}, "deleted": True}


def _size(item: Item) -> int:
    return sum(len(str(value).encode(errors="replace")) for value in item.get("content", {}).values())
