"""Joining a conversation, in the table Messaging, with what was said before."""

from collections.abc import Collection, Mapping
from typing import Final

from signpost.messaging import keys, memberships
from signpost.messaging.errors import NothingFound
from signpost.messaging.memberships import Item
from signpost.messaging.names import alias
from signpost.messaging.store import EXISTS, NEW, MessagingStore
from signpost.messaging.versions import Versions
from signpost.platform import ids
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Action, Attr, Change, Key

_AT_ONCE: Final = 45  # messages in one transaction


class Joins:
    """All of it may be repeated, be cut off anywhere, and run twice at the same time."""

    def __init__(self, messaging: MessagingStore, *, clock: Clock = system_clock) -> None:
        self._messaging, self._table, self._clock = messaging, messaging.table, clock

    def join(self, conversation: int, user: int, *, name: str, named: bool, members: int) -> int:
        """Make this user a member, unless they are one. Returns the membership's id.

        `name`: what the user's list calls the conversation; `members`: how many it has, or will have soon.
        Whatever is published from now on, the user gets; `catch_up` brings what was published before.

        Raises `NothingFound` if there is no such conversation.
        """
        ids_made: list[int] = []

        def plan(versions: Versions) -> list[Action]:
            there = self._table.get(keys.member(conversation, user))
            now = self._clock()
            ids_made[:] = [there["membership"] if there else ids.number_id(now)]
            if there:
                return []
            version = versions.next(user)
            membership = memberships.new(
                user, ids_made[0], conversation, name=name, named=named, members=members, now=now, version=version
            )
            member = {**keys.member(conversation, user), "membership": ids_made[0]}
            return [
                self._table.updating(keys.conversation(conversation), Change(add={"members": 1}), EXISTS),
                self._table.putting(member, NEW),
                self._table.putting(membership, NEW),
            ]

        while self._messaging.commit([user], plan):
            if self._table.get(keys.conversation(conversation)) is None:
                raise NothingFound
        return ids_made[0]

    def catch_up(self, conversation: int, user: int, membership: int, types: Collection[str] = ()) -> int:
        """Give a member, as unread, what was sent to the conversation before: all of it, or what is of these types.

        What the member has, has cleared, or comes from somebody muted is left out. Returns how many were new.
        """
        where = Attr("type").is_in(sorted(types)) if types else None
        condition = Key("pk").eq(keys.of_conversation(conversation)) & Key("sk").begins_with("content#")
        contents = [each for each in self._table.items(condition, where=where) if each["sender"] != user]
        batches = (contents[start : start + _AT_ONCE] for start in range(0, len(contents), _AT_ONCE))
        return sum(self._give(user, membership, batch) for batch in batches)

    def _give(self, user: int, membership: int, contents: list[Item]) -> int:
        copies: list[Item] = []

        def plan(versions: Versions) -> list[Action]:
            copies.clear()
            found = self._read(user, membership, contents)
            joined = found.get(f"membership#{membership}")
            if joined is None:
                return []
            for content in contents:
                ulid = keys.suffix(content)
                there = keys.message(user, membership, ulid)["sk"] in found
                muted = keys.mute(user, content["sender"])["sk"] in found
                if not (there or muted or ulid <= joined.get("cleared_to", "")):
                    contact = found.get(keys.contact(user, content["sender_digest"])["sk"], {})
                    called = alias(contact.get("name"), content["sender_name"])
                    copies.append(memberships.copy(joined, content, ulid, called, versions.next(user)))
                    joined = memberships.with_message(joined, copies[-1], versions.next(user))
            if not copies:
                return []
            return [*(self._table.putting(copy, NEW) for copy in copies), self._table.putting(joined, EXISTS)]

        while self._messaging.commit([user], plan):
            pass  # somebody has just deleted the membership, so there is nothing to do
        return len(copies)

    def _read(self, user: int, membership: int, contents: list[Item]) -> Mapping[str, Item]:
        wanted = [keys.membership(user, membership)]
        for content in contents:
            wanted.append(keys.message(user, membership, keys.suffix(content)))
            wanted.append(keys.mute(user, content["sender"]))
            wanted.append(keys.contact(user, content["sender_digest"]))
        return {item["sk"]: item for item in self._table.batch_get(wanted)}
