"""What the deletion of a user reads and writes in the table Messaging. Each method may be repeated."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from signpost.messaging import callers, jobs, keys, names, outbox
from signpost.messaging.digests import Digests
from signpost.messaging.phone_code_store import PhoneCodeStore
from signpost.messaging.store import EXISTS, MessagingStore
from signpost.messaging.versions import Versions
from signpost.platform.dynamodb import Action, Attr, Change, Item, Key

KEPT: Final = 90 * 86_400  # seconds that the status of a deletion can be read
_AT_ONCE: Final = 25  # items in one BatchWriteItem
_LAST: Final = "profile"
_CLOSED_FOR: Final = 86_400  # seconds
Check = Callable[[], None]


class DeletionStore:
    """Every method raises `Unavailable` when DynamoDB does not answer. `check` is called between two steps."""

    def __init__(self, messaging: MessagingStore, digests: Digests) -> None:
        self._messaging, self._table, self._digests = messaging, messaging.table, digests
        self._codes = PhoneCodeStore(messaging.table, digests)

    # --------------------------------------------------------------------------------------------------- progress
    def ask(self, user: int, deletion: str, now: float) -> str | None:
        """Mark a user as leaving. Returns the deletion's id: that of an earlier one, if there is one."""
        profile = self.profile(user)
        if profile is None:
            return None
        if "leaving_at" in profile:
            return str(profile["deletion"])
        leaving = Change(set={"leaving_at": now, "deletion": deletion}, remove=["due", "due_at", "track"])
        status = {**keys.deletion(deletion), "status": "received", "asked_at": now, "ttl": int(now) + KEPT}
        refused = self._table.transact(
            [
                self._table.updating(keys.profile(user), leaving, EXISTS & Attr("leaving_at").not_exists()),
                self._table.putting(status),
                self._table.putting(outbox.job(now, jobs.DELETE_USER, user=user)),
            ]
        )
        if not refused:
            return deletion
        found = self.profile(user)
        return found.get("deletion") if found else None

    def progress(self, deletion: str, now: float) -> Item | None:
        found = self._table.get(keys.deletion(deletion))
        return found if found and found["ttl"] > now else None

    def begin(self, deletion: str) -> None:
        unfinished = EXISTS & Attr("done_at").not_exists()
        self._table.update_if(keys.deletion(deletion), Change(set={"status": "erasing"}), unfinished)

    def end(self, profile: Mapping[str, Any], now: float) -> None:
        """Delete the profile, and say that nothing is left."""
        self._table.update_if(keys.deletion(profile["deletion"]), Change(set_once={"done_at": now}), EXISTS)
        self._table.delete(keys.profile(profile["id"]))

    # -------------------------------------------------------------------------------------------- what lets them in
    def profile(self, user: int) -> Item | None:
        return self._table.get(keys.profile(user))

    def shut_out(self, profile: Mapping[str, Any]) -> None:
        """Delete access tokens, devices, and what finds the user. What somebody else has by now is left alone."""
        user = profile["id"]
        for device in self._own(user, "device#"):
            if digest := device.get("digest"):
                self._table.delete(keys.token(digest))
            if push_token := device.get("push_token"):
                pointer = keys.push_token(callers.digest(push_token))
                self._table.delete_if(pointer, Attr("device").eq(device["id"]))
            self._table.delete(keys.of(device))
        self._codes.forget(profile["phone"], user)
        phone = self._digests.phone(profile["phone"])
        for key in (keys.phone(phone), keys.username(profile["username"]), self._email(profile)):
            self._table.delete_if(key, Attr("user").eq(user))

    def _email(self, profile: Mapping[str, Any]) -> keys.Key:
        return keys.email(self._digests.email(profile["email"]))

    # --------------------------------------------------------------------------------------------- what others have
    def forget_friends(self, user: int, check: Check) -> None:
        """Friendships in both directions."""
        for kind, of_other in (("friend#", keys.added_by), ("added_by#", keys.friend)):
            for item in self._own(user, kind):
                check()
                self._table.batch_write(delete=[of_other(keys.suffix_id(item), user), keys.of(item)])

    def forget_contacts(self, user: int, check: Check) -> None:
        """The address book, and that the user had these phones."""
        for item in self._own(user, "contact#"):
            check()
            phone = keys.suffix(item)
            self._table.batch_write(delete=[keys.contact_owner(phone, user), keys.of(item)])

    def forget_sent_invites(self, user: int, check: Check) -> None:
        """Of phones and e-mail addresses, whether they were accepted or not."""
        for item in self._own(user, keys.SENT_INVITE):
            check()
            self._table.batch_write(delete=[keys.invite_sent(user, item["sk"]), keys.of(item)])

    def memberships(self, user: int) -> Iterator[Item]:
        return self._own(user, "membership#")

    def close(self, user: int, now: float) -> None:
        """Have the user join nothing more."""
        self._messaging.close(user, int(now) + _CLOSED_FOR)

    def remove_member(self, conversation: int, user: int) -> None:
        """The item stays, marked, so that whoever publishes can tell by their number whether more have joined."""
        self._table.update_if(keys.member(conversation, user), Change(set={"gone": True}), EXISTS)

    def members(self, conversation: int) -> Sequence[Item]:
        return self._messaging.members(conversation)

    def show_without(self, conversation: int, member: Mapping[str, Any], was: str, becomes: str) -> None:
        """Tell a member's apps how many are left, and what the conversation is called."""
        other = keys.suffix_id(member)
        key = keys.membership(other, member["membership"])

        def plan(versions: Versions) -> Sequence[Action]:
            found = self._table.get(key)
            if found is None:
                return ()
            members = len(self.members(conversation))  # now: others may be joining
            name = found["name"] if found.get("named") else names.renamed(found["name"], was, becomes)
            if (found["members"], found["name"]) == (members, name):
                return ()
            changed = {"members": members, "name": name, "version": versions.next(other)}
            return [self._table.updating(key, Change(set=changed), EXISTS)]

        self._messaging.commit([other], plan)

    def sent(self, conversation: int, user: int) -> Iterator[Item]:
        """What a user has sent to a conversation, and is not renamed yet."""
        condition = Key("pk").eq(keys.of_conversation(conversation)) & Key("sk").begins_with("content#")
        return self._table.items(condition, where=Attr("sender").eq(user) & Attr("anonymous").not_exists())

    def rename_sender(self, content: Mapping[str, Any], members: Sequence[Mapping[str, Any]], name: str) -> None:
        """In what was sent, and in each member's copy of it."""
        ulid = keys.suffix(content)
        for member in members:
            self._rename_copy(keys.suffix_id(member), member["membership"], ulid, name)
        self._table.update_if(keys.of(content), Change(set={"sender_name": name, "anonymous": True}), EXISTS)

    def _rename_copy(self, other: int, membership: int, ulid: str, name: str) -> None:
        key = keys.message(other, membership, ulid)

        def plan(versions: Versions) -> Sequence[Action]:
            found = self._table.get(key)
            if found is None or "deleted" in found or found["sender_name"] == name:
                return ()
            change = Change(set={"sender_name": name, "version": versions.next(other)})
            return [self._table.updating(key, change, EXISTS & Attr("deleted").not_exists())]

        self._messaging.commit([other], plan)

    def forget_invites(self, conversation: int, user: int) -> None:
        """That the user has invited others to a conversation, who have not come. Invites of others stay."""
        condition = Key("pk").eq(keys.of_conversation(conversation)) & Key("sk").begins_with("invite#")
        for item in self._table.items(condition, where=Attr("inviter").eq(user)):
            self._table.delete(keys.of(item))

    def forget_membership(self, user: int, membership: int, check: Check) -> None:
        """The messages, then the membership."""
        self._delete(self._own(user, keys.messages(membership)), check)
        self._table.delete(keys.membership(user, membership))

    # ----------------------------------------------------------------------------------------------------- the rest
    def erase(self, user: int, check: Check) -> None:
        """All that is the user's own, except the profile, and the clock, which goes by itself."""
        kept = {_LAST, keys.clock(user)["sk"]}
        self._delete((item for item in self._own(user, "") if item["sk"] not in kept), check)

    def _own(self, user: int, kind: str) -> Iterator[Item]:
        condition = Key("pk").eq(keys.of_user(user))
        return self._table.items(condition & Key("sk").begins_with(kind) if kind else condition)

    def _delete(self, items: Iterator[Item], check: Check) -> None:
        batch: list[keys.Key] = []
        for item in items:
            batch.append(keys.of(item))
            if len(batch) == _AT_ONCE:
                check()
                self._table.batch_write(delete=batch)
                batch = []
        self._table.batch_write(delete=batch)
