"""Invites in the table Messaging: by phone or e-mail address, for a conversation or for none."""

from collections.abc import Iterator, Mapping
from typing import Any

from signpost.messaging import keys
from signpost.messaging.engagement import schedule
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
        untracked = Attr("pk").exists() & (Attr("tracked").not_exists() | Attr("tracked").eq(value=False))
        return self._table.update_if(_key(invite), Change(set={"tracked": True}), untracked)

    def accept(self, invite: Mapping[str, Any]) -> bool:
        """False if it was accepted before. The engagement sweep looks at it no more."""
        accepted = Change(set={"accepted_at": self._clock()}, remove=("due", "due_at"))
        return self._table.update_if(_key(invite), accepted, Attr("pk").exists() & Attr("accepted_at").not_exists())

    def _put(self, item: Mapping[str, Any]) -> bool:
        return self._table.put_if(item, Attr("pk").not_exists())

    def _under(self, pk: str) -> Iterator[Item]:
        return self._table.items(Key("pk").eq(pk) & Key("sk").begins_with("invite#"))


def _key(invite: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"pk": invite["pk"], "sk": invite["sk"]}
