"""What each member's list calls a conversation that nobody has named: it changes when somebody joins."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from signpost.messaging import keys, users
from signpost.messaging.conversations import participants
from signpost.messaging.conversations.participants import Invitee, Participant
from signpost.messaging.digests import Digests
from signpost.messaging.store import EXISTS, Busy, MessagingStore
from signpost.messaging.versions import Versions
from signpost.platform.dynamodb import Action, Item, Key

_TRIES: Final = 4


class _Stale(Exception):
    """Somebody has joined, or was deleted, since the members were read."""


class ConversationNames:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, messaging: MessagingStore, digests: Digests) -> None:
        self._messaging, self._table, self._digests = messaging, messaging.table, digests

    def participant(self, profile: Item) -> Participant:
        return Participant(profile["id"], users.alias(profile), profile["phone"], self._digests.phone(profile["phone"]))

    def automatic(
        self, viewers: Iterable[int], people: Sequence[Participant], invitees: Sequence[Invitee]
    ) -> dict[int, str]:
        """What each viewer's list calls the conversation, by the viewer's id."""
        shown = {user: participants.others(user, people, invitees) for user in viewers}
        wanted = [keys.contact(user, other.digest) for user, those in shown.items() for other in those]
        contacts: dict[str, dict[str, str]] = {}
        for item in self._table.batch_get(wanted):
            contacts.setdefault(item["pk"], {})[keys.suffix(item)] = item["name"]
        return {
            user: participants.automatic_name(those, contacts.get(keys.of_user(user), {}))
            for user, those in shown.items()
        }

    def for_new_member(self, conversation: int, user: int, phone_digest: str) -> tuple[str, bool, int]:
        """For a user who joins: the name, whether somebody chose it, and how many members there will be."""
        people, invitees, chosen, _ = self._present(conversation)
        others = [each for each in people if each.user != user]
        if chosen:
            return chosen, True, len(others) + 1
        waiting = [each for each in invitees if each.digest != phone_digest]
        return self.automatic([user], others, waiting)[user], False, len(others) + 1

    def refresh(self, conversation: int) -> None:
        """Bring each member's number of members and automatic name up to date."""
        for _ in range(_TRIES):
            with suppress(_Stale):
                self._refresh(conversation)
                return
        raise Busy("Members keep joining; try again.")

    def _refresh(self, conversation: int) -> None:
        people, invitees, chosen, members = self._present(conversation)
        called = {} if chosen else self.automatic((each.user for each in people), people, invitees)
        for viewer in people:
            self._rename(viewer.user, conversation, chosen or called[viewer.user], members)

    def _rename(self, user: int, conversation: int, name: str, members: set[int]) -> None:
        """`members`: those whom it is named after. Raises `_Stale`."""

        def plan(versions: Versions) -> list[Action]:
            member = self._table.get(keys.member(conversation, user)) or {}
            membership = self._table.get(keys.membership(user, member.get("membership", 0)))
            if membership is None or (membership["members"], membership["name"]) == (len(members), name):
                return []
            if {keys.suffix_id(each) for each in self._messaging.members(conversation)} != members:
                raise _Stale
            shown = {**membership, "members": len(members), "name": name, "version": versions.next(user)}
            return [self._table.putting(shown, EXISTS)]

        self._messaging.commit([user], plan)

    def _present(self, conversation: int) -> tuple[list[Participant], list[Invitee], str, set[int]]:
        """The members, the invitees, the name that somebody chose (empty if none), and the members' ids."""
        condition = Key("pk").eq(keys.of_conversation(conversation))
        items: dict[str, list[Item]] = {"!": [], "invite": []}
        for kind, beginning in (("!", "!"), ("invite", "invite#")):
            items[kind] = list(self._table.items(condition & Key("sk").begins_with(beginning)))
        members = [keys.suffix_id(each) for each in self._messaging.members(conversation)]
        profiles = {each["id"]: each for each in self._table.batch_get(map(keys.profile, members))}
        people = [self.participant(profiles[user]) for user in members if user in profiles]
        invitees = [Invitee(each["phone"], keys.suffix(each)) for each in items["invite"]]
        return people, invitees, items["!"][0].get("name", "") if items["!"] else "", set(members)
