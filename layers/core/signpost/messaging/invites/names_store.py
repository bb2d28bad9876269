"""What each member's list calls a conversation that nobody has named: it changes when somebody joins."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from signpost.messaging import keys, names
from signpost.messaging.conversations import plans
from signpost.messaging.conversations.plans import Invitee, Someone
from signpost.messaging.digests import Digests
from signpost.messaging.store import Busy, MessagingStore
from signpost.messaging.versions import Versions
from signpost.platform.dynamodb import Action, Attr, Item, Key

_TRIES: Final = 4


class _Stale(Exception):
    """Somebody has joined, or was deleted, since the members were read."""


class ConversationNames:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, messaging: MessagingStore, digests: Digests) -> None:
        self._messaging, self._table, self._digests = messaging, messaging.table, digests

    def for_new_member(self, conversation: int, user: int) -> tuple[str, bool, int]:
        """What a user who joins will call it, whether people chose that, and how many members there are then."""
        people, invitees, chosen, _ = self._present(conversation)
        others = [each for each in people if each.user != user]
        if chosen:
            return chosen, True, len(others) + 1
        own = [each.phone for each in people if each.user == user]
        waiting = [each for each in invitees if each.phone not in own]
        return self._called(user, others, waiting), False, len(others) + 1

    def refresh(self, conversation: int) -> None:
        """Have each member see how many they are and, unless people chose a name, who."""
        for _ in range(_TRIES):
            with suppress(_Stale):
                self._refresh(conversation)
                return
        raise Busy("Members keep joining; try again.")

    def _refresh(self, conversation: int) -> None:
        people, invitees, chosen, users = self._present(conversation)
        for viewer in people:
            name = chosen or self._called(viewer.user, people, invitees)
            self._rename(viewer.user, conversation, name, users)

    def _rename(self, user: int, conversation: int, name: str, users: set[int]) -> None:
        """`users`: the members that it is named after. Raises `_Stale`."""
        members = len(users)

        def plan(versions: Versions) -> list[Action]:
            member = self._table.get(keys.member(conversation, user)) or {}
            place = self._table.get(keys.membership(user, member.get("membership", 0)))
            if place is None or (place["members"], place["name"]) == (members, name):
                return []
            if {_user_of(each) for each in self._messaging.members(conversation)} != users:
                raise _Stale
            shown = {**place, "members": members, "name": name, "version": versions.next(user)}
            return [self._table.putting(shown, Attr("pk").exists())]

        self._messaging.commit([user], plan)

    def _present(self, conversation: int) -> tuple[list[Someone], list[Invitee], str, set[int]]:
        """The members, who is invited, the name that people chose, empty if none, and the members' ids."""
        condition = Key("pk").eq(keys.of_conversation(conversation))
        items: dict[str, list[Item]] = {"!": [], "invite": []}
        for kind, beginning in (("!", "!"), ("invite", "invite#")):
            items[kind] = list(self._table.items(condition & Key("sk").begins_with(beginning)))
        users = [_user_of(each) for each in self._messaging.members(conversation)]
        profiles = {each["id"]: each for each in self._table.batch_get(map(keys.profile, users))}
        people = [self._someone(profiles[user]) for user in users if user in profiles]
        invitees = [Invitee(each["phone"], each["sk"].partition("#")[2]) for each in items["invite"]]
        return people, invitees, items["!"][0].get("name", "") if items["!"] else "", set(users)

    def _called(self, viewer: int, people: Sequence[Someone], invitees: Iterable[Invitee]) -> str:
        shown = plans.others(viewer, people, invitees)
        contacts = self._table.batch_get(keys.contact(viewer, each.digest) for each in shown)
        return plans.automatic_name(shown, {each["sk"].partition("#")[2]: each["name"] for each in contacts})

    def _someone(self, profile: Item) -> Someone:
        name = names.alias(None, profile.get("name"), profile["username"])
        return Someone(profile["id"], name, profile["phone"], self._digests.phone(profile["phone"]))


def _user_of(member: Mapping[str, Any]) -> int:
    return int(member["sk"].partition("#")[2])
