"""What each member's list calls a conversation that nobody has named: it changes when somebody joins."""

from collections.abc import Iterable, Sequence

from signpost.messaging import keys, names
from signpost.messaging.conversations import participants
from signpost.messaging.conversations.participants import Invitee, Participant
from signpost.messaging.digests import Digests
from signpost.messaging.store import EXISTS, MessagingStore
from signpost.messaging.versions import Versions
from signpost.platform.dynamodb import Action, Item, Key


class ConversationNames:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, messaging: MessagingStore, digests: Digests) -> None:
        self._messaging, self._table, self._digests = messaging, messaging.table, digests

    def for_new_member(self, conversation: int, user: int) -> tuple[str, bool, int]:
        """What a user who joins will call it, whether people chose that, and how many members there are then."""
        people, invitees, chosen = self._present(conversation)
        others = [each for each in people if each.user != user]
        if chosen:
            return chosen, True, len(others) + 1
        own = [each.phone for each in people if each.user == user]
        waiting = [each for each in invitees if each.phone not in own]
        return self._called(user, others, waiting), False, len(others) + 1

    def refresh(self, conversation: int) -> None:
        """Have each member see how many they are and, unless people chose a name, who."""
        people, invitees, chosen = self._present(conversation)
        for viewer in people:
            name = chosen or self._called(viewer.user, people, invitees)
            self._rename(viewer.user, conversation, name, len(people))

    def _rename(self, user: int, conversation: int, name: str, members: int) -> None:
        def plan(versions: Versions) -> list[Action]:
            member = self._table.get(keys.member(conversation, user)) or {}
            membership = self._table.get(keys.membership(user, member.get("membership", 0)))
            if membership is None or (membership["members"], membership["name"]) == (members, name):
                return []
            shown = {**membership, "members": members, "name": name, "version": versions.next(user)}
            return [self._table.putting(shown, EXISTS)]

        self._messaging.commit([user], plan)

    def _present(self, conversation: int) -> tuple[list[Participant], list[Invitee], str]:
        """The members, who is invited, and the name that people chose; empty if none."""
        condition = Key("pk").eq(keys.of_conversation(conversation))
        items: dict[str, list[Item]] = {"!": [], "member": [], "invite": []}
        for kind, beginning in (("!", "!"), ("member", "member#"), ("invite", "invite#")):
            items[kind] = list(self._table.items(condition & Key("sk").begins_with(beginning)))
        users = [keys.suffix_id(each) for each in items["member"]]
        profiles = {each["id"]: each for each in self._table.batch_get(map(keys.profile, users))}
        people = [self._participant(profiles[user]) for user in users if user in profiles]
        invitees = [Invitee(each["phone"], keys.suffix(each)) for each in items["invite"]]
        return people, invitees, items["!"][0].get("name", "") if items["!"] else ""

    def _called(self, viewer: int, people: Sequence[Participant], invitees: Iterable[Invitee]) -> str:
        shown = participants.others(viewer, people, invitees)
        contacts = self._table.batch_get(keys.contact(viewer, each.digest) for each in shown)
        return participants.automatic_name(shown, {keys.suffix(each): each["name"] for each in contacts})

    def _participant(self, profile: Item) -> Participant:
        name = names.alias(None, profile.get("name"), profile["username"])
        return Participant(profile["id"], name, profile["phone"], self._digests.phone(profile["phone"]))
