"""Invites in the table Messaging: by phone or e-mail address, for a conversation or for none."""

from collections.abc import Iterator, Mapping
from typing import Any

from signpost.messaging import keys, outbox
from signpost.messaging.engagement import schedule
from signpost.messaging.store import EXISTS, NEW
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Attr, Change, Item, Key, Table


class InviteStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, table: Table, clock: Clock = system_clock) -> None:
        self._table, self._clock = table, clock

    def of_phone(self, digest: str) -> Iterator[Item]:
        return self._under(keys.of_phone(digest))

    def of_email(self, digest: str) -> Iterator[Item]:
        return self._under(keys.email(digest)["pk"])

    def invite_phone(self, inviter: int, digest: str, phone: str) -> bool:
        """Invite a phone to no conversation in particular. False if the inviter has done so before."""
        now = self._clock()
        item = {"phone": phone, "inviter": inviter, "created_at": now, "tracked": True}
        return self._put({**keys.invite(digest, None, inviter), **item, **schedule.invited(digest, now)})

    def invite_email(self, inviter: int, digest: str, address: str) -> bool:
        item = {"email": address, "inviter": inviter, "created_at": self._clock()}
        return self._put({**keys.email_invite(digest, inviter), **item})

    def track(self, invite: Mapping[str, Any]) -> bool:
        """Note that the inviter has sent it. False if that was known, or nobody waits for it any more."""
        untracked = EXISTS & (Attr("tracked").not_exists() | Attr("tracked").eq(value=False))
        return self._table.update_if(keys.of(invite), Change(set={"tracked": True}), untracked)

    def accept(self, invite: Mapping[str, Any]) -> bool:
        """False if it was accepted before. The engagement sweep looks at it no more."""
        accepted = Change(set={"accepted_at": self._clock()}, remove=("due", "due_at"))
        return self._table.update_if(keys.of(invite), accepted, EXISTS & Attr("accepted_at").not_exists())

    def uninvite(self, conversation: int, digest: str) -> None:
        """Remove the invite from the conversation, because its user has joined."""
        self._table.delete(keys.conversation_invite(conversation, digest))

    def set_cohort(self, user: int, cohort: str) -> None:
        """Unless one is known."""
        unknown = EXISTS & Attr("cohort").not_exists()
        self._table.update_if(keys.profile(user), Change(set={"cohort": cohort}), unknown)

    def notify_owner(self, owner: Mapping[str, Any], alert: str, data: Mapping[str, Any]) -> bool:
        """Have a push sent to somebody who has this phone among their contacts; False if they had one before."""
        now, user = self._clock(), keys.suffix_id(owner)
        not_yet = EXISTS & Attr("notified_at").not_exists()
        push = outbox.push(now, user=user, alert=alert, event="friend_joined", data=data)
        return not self._table.transact(
            [self._table.updating(keys.of(owner), Change(set={"notified_at": now}), not_yet), self._table.putting(push)]
        )

    def _put(self, item: Mapping[str, Any]) -> bool:
        inviter = item["inviter"]
        stays = EXISTS & Attr("leaving_at").not_exists()  # or nobody would delete it
        return not self._table.transact(
            [
                self._table.putting(item, NEW),
                self._table.putting(keys.sent_invite(inviter, keys.of(item))),
                self._table.checking(keys.profile(inviter), stays),
            ]
        )

    def _under(self, pk: str) -> Iterator[Item]:
        return self._table.items(Key("pk").eq(pk) & Key("sk").begins_with("invite#"))
