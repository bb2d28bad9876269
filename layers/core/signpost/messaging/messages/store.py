"""What was sent, and each member's copy of it, in the table Messaging."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from signpost.messaging import keys, memberships, users
from signpost.messaging.digests import Digests
from signpost.messaging.memberships import Item
from signpost.messaging.messages.drafts import Draft, Published
from signpost.messaging.messages.senders import Sender
from signpost.messaging.names import alias
from signpost.messaging.store import EXISTS, NEW, Busy, MessagingStore
from signpost.messaging.versions import Versions
from signpost.platform import ids
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Action, Attr, Change

_A_TICK: Final = 0.001  # seconds, the resolution of ULIDs


class MessageStore:
    """Every method raises `Unavailable` when DynamoDB does not answer, or when clocks keep moving (`Busy`)."""

    def __init__(self, messaging: MessagingStore, digests: Digests, *, clock: Clock = system_clock) -> None:
        self._messaging, self._table, self._digests, self._clock = messaging, messaging.table, digests, clock

    # ----------------------------------------------------------------------------------------------------- reading
    def sender(self, user: int, membership: int) -> Sender | None:
        """The user as a sender to this conversation; None if the membership is not theirs."""
        found = self._by_key([keys.membership(user, membership), keys.profile(user)])
        own, profile = found.get(f"membership#{membership}"), found.get("profile")
        if own is None or profile is None:
            return None
        name = users.alias(profile)
        return Sender(user, membership, own["conversation"], name, self._digests.phone(profile["phone"]))

    def members(self, conversation: int) -> dict[int, int]:
        """The memberships' ids, by user. Deleted users are among them, so that there are as many as have joined."""
        found = self._messaging.everybody(conversation)
        return {keys.suffix_id(item): item["membership"] for item in found}

    def by_guid(self, guid: str) -> Item | None:
        return self._table.get(keys.guid(guid.lower()))

    def published(self, sender: Sender, ulid: str) -> Published:
        """What had been stored, and the sender's copy of it."""
        content = self._table.get(keys.content(sender.conversation, ulid)) or {}
        copy = self._table.get(keys.message(sender.user, sender.membership, ulid)) or {}
        return Published(content, copy, again=True)

    # -------------------------------------------------------------------------------------------------- publishing
    def publish(self, sender: Sender, members: Mapping[int, int], draft: Draft) -> Published | None:
        """Store it with a copy for each member or, if their clocks keep moving, with the sender's only.

        Returns None if nothing was stored: the guid is taken, there are more members now, or the sender is gone.
        """
        try:
            return self._publish(sender, members, draft, fan_out_later=False)
        except Busy:
            return self.publish_alone(sender, draft)

    def publish_alone(self, sender: Sender, draft: Draft) -> Published | None:
        """Store it with the sender's copy, and leave the others to `fan_out`. Returns None as `publish` does."""
        return self._publish(sender, {sender.user: sender.membership}, draft, fan_out_later=True)

    def _publish(
        self, sender: Sender, members: Mapping[int, int], draft: Draft, *, fan_out_later: bool
    ) -> Published | None:
        made: list[Published] = []

        def plan(versions: Versions) -> list[Action]:
            found = self._read(members, sender.user, sender.phone_digest)
            cleared = max((each.get("cleared_to", "") for each in found.memberships.values()), default="")
            content, ulid = self._content(sender, draft, cleared)
            if fan_out_later:
                content["fan_out"] = True
            copies = list(found.copies(content, ulid, sender.name, versions))
            own = next((copy for copy, _ in copies if copy["sk"] == keys.message(*sender[:2], ulid)["sk"]), {})
            made[:] = [Published(content, own, again=False)]
            guid = {
                **keys.guid(draft.guid.lower()),
                "conversation": sender.conversation,
                "ulid": ulid,
                "sender": sender.user,
            }
            actions = [self._table.putting(guid, NEW), self._table.putting(content, NEW)]
            # Whoever is being deleted has what they said renamed. Nothing may come after that.
            still_there = EXISTS & Attr("gone").not_exists()
            actions.append(self._table.checking(keys.member(sender.conversation, sender.user), still_there))
            if not fan_out_later:
                unchanged = Attr("members").eq(len(members))
                actions.append(self._table.checking(keys.conversation(sender.conversation), unchanged))
            return [*actions, *self._storing(copies)]

        failed = self._messaging.commit(members, plan)
        return None if failed else made[0]

    def _content(self, sender: Sender, draft: Draft, cleared: str) -> tuple[Item, str]:
        """Its ULID is after all that members cleared when they left, or it would count as cleared with it."""
        now = self._clock()
        ulid = ids.ulid(now)
        if ulid <= cleared:
            ulid = ids.ulid(ids.ulid_time(cleared) + _A_TICK)
        content = {
            **keys.content(sender.conversation, ulid),
            "id": ids.number_id(now),
            "guid": draft.guid,
            "sender": sender.user,
            "sender_name": sender.name,
            "sender_digest": sender.phone_digest,
            "type": draft.type,
            "content": dict(draft.content),
            "needs_reply": draft.needs_reply,
            "sent_at": now,
        }
        return content, ulid

    # ------------------------------------------------------------------------------------------------------ fan-out
    def waiting_for_fan_out(self, conversation: int, ulid: str) -> Item | None:
        """What was sent, if others have not all got it yet."""
        content = self._table.get(keys.content(conversation, ulid))
        return content if content is not None and content.get("fan_out") else None

    def fan_out(self, content: Item, members: Mapping[int, int]) -> int:
        """Give a copy to those members who have none, unless they mute the sender or left afterwards."""
        ulid = keys.suffix(content)
        made: list[int] = []

        def plan(versions: Versions) -> list[Action]:
            found = self._read(members, content["sender"], content["sender_digest"], ulid)
            copies = list(found.copies(content, ulid, content["sender_name"], versions))
            made[:] = [len(copies)]
            return self._storing(copies)

        if self._messaging.commit(members, plan):
            raise Busy("Too many changes at the same time; try again.")
        return made[0]

    def fan_out_done(self, conversation: int, ulid: str) -> None:
        key = keys.content(conversation, ulid)
        self._table.update_if(key, Change(remove=["fan_out"]), Attr("fan_out").exists())

    # ------------------------------------------------------------------------------------------------------ copies
    def _read(self, members: Mapping[int, int], sender: int, digest: str, ulid: str = "") -> "_Found":
        wanted = [keys.membership(user, membership) for user, membership in members.items()]
        for user, membership in members.items():
            if user != sender:
                wanted += [keys.mute(user, sender), keys.contact(user, digest)]
            if ulid:
                wanted.append(keys.message(user, membership, ulid))
        return _Found(sender, self._table.batch_get(wanted))

    def _storing(self, copies: Iterable[tuple[Item, Item]]) -> list[Action]:
        actions: list[Action] = []
        for copy, membership in copies:
            actions.append(self._table.putting(copy, NEW))
            actions.append(self._table.putting(membership, EXISTS))
        return actions

    def _by_key(self, wanted: Collection[keys.Key]) -> dict[str, Item]:
        return {item["sk"]: item for item in self._table.batch_get(wanted)}


class _Found:
    """What decides who gets a copy, read after the clocks of all of them."""

    def __init__(self, sender: int, items: Iterable[Item]) -> None:
        self._sender = sender
        self.memberships: dict[int, Item] = {}
        self._muted: set[int] = set()
        self._has: set[int] = set()
        self._contacts: dict[int, str] = {}
        for item in items:
            user, kind = keys.partition_id(item), item["sk"].partition("#")[0]
            if kind == "membership":
                self.memberships[user] = item
            elif kind == "mute":
                self._muted.add(user)
            elif kind == "contact":
                self._contacts[user] = item["name"]
            else:
                self._has.add(user)

    def copies(self, content: Item, ulid: str, name: str, versions: Versions) -> Iterable[tuple[Item, Item]]:
        """The copies to make, each with its membership."""
        for user, membership in self.memberships.items():
            cleared = ulid <= membership.get("cleared_to", "")
            if user in self._has or user in self._muted or cleared:
                continue
            called = alias(None if user == self._sender else self._contacts.get(user), name)
            copy = memberships.copy(membership, content, ulid, called, versions.next(user))
            yield copy, memberships.with_message(membership, copy, versions.next(user))
