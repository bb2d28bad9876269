"""What is sent, to which devices, and what has been claimed, in the table Messaging.

Whoever sends something claims it first, with `claimed_at` and a `claim` of its own: an outbox item of one SMS or
e-mail itself, and an item `push#<user>#<device>` beside it for each device that is pushed to.
"""

from typing import Any, Final, NamedTuple

from signpost.messaging import keys
from signpost.messaging.keys import Key as ItemKey
from signpost.platform.dynamodb import Attr, Change, ConditionBase, Item, Key, Table

_KEPT: Final = 86_400  # seconds that a claim is kept, longer than any queue delivers twice


class Device(NamedTuple):
    user: int
    id: int
    platform: str
    push_token: str
    endpoint: str  # SNS's address for this push token; empty if there is none yet


class DeliveryStore:
    def __init__(self, table: Table) -> None:
        self._table = table

    # ------------------------------------------------------------------------------------------------ what to send
    def outbox(self, ulid: str, channel: str, now: float) -> Item | None:
        """None if it has expired."""
        item = self._table.get(keys.outbox(ulid, channel))
        return item if item and item["ttl"] > now else None

    def message(self, user: int, membership: int, ulid: str) -> Item | None:
        return self._table.get(keys.message(user, membership, ulid))

    def membership(self, user: int, membership: int) -> Item | None:
        return self._table.get(keys.membership(user, membership))

    def unread_conversations(self, user: int) -> int:
        condition = Key("pk").eq(keys.of_user(user)) & Key("unseen").begins_with(keys.UNREAD)
        return self._table.count(condition, index=keys.BY_UNSEEN, consistent=True)

    # ---------------------------------------------------------------------------------------------------- claims
    def claim(self, key: ItemKey, claim: str, now: float) -> bool:
        """False if somebody else claimed it. `claim` is new for each try to send."""
        change = Change(set={"claim": claim, "claimed_at": now}, set_once={"ttl": int(now) + _KEPT})
        return self._table.update_if(key, change, Attr("claim").not_exists() | Attr("claim").eq(claim))

    def release(self, key: ItemKey, claim: str) -> None:
        """Give a claim up, because nothing was sent."""
        self._table.update_if(key, Change(remove=["claim", "claimed_at"]), Attr("claim").eq(claim))

    # --------------------------------------------------------------------------------------------------- devices
    def devices(self, user: int) -> list[Device]:
        """Those that have a push token."""
        condition = Key("pk").eq(keys.of_user(user)) & Key("sk").begins_with("device#")
        return [_device(user, item) for item in self._table.items(condition) if item.get("push_token")]

    def keep_endpoint(self, device: Device, endpoint: str) -> None:
        known = {"endpoint": endpoint, "endpoint_token": device.push_token}
        self._table.update_if(keys.device(device.user, device.id), Change(set=known), _unchanged(device))

    def forget_token(self, device: Device) -> None:
        """Nobody is reached by it any more. A token that the app has sent since is kept."""
        gone = Change(remove=["push_token", "endpoint", "endpoint_token"])
        self._table.update_if(keys.device(device.user, device.id), gone, _unchanged(device))


def _device(user: int, item: Item) -> Device:
    token: Any = item["push_token"]
    # An endpoint is of one token: the app may have sent another one since.
    endpoint = item.get("endpoint", "") if item.get("endpoint_token") == token else ""
    return Device(user, keys.suffix_id(item), item.get("platform", ""), token, endpoint)


def _unchanged(device: Device) -> ConditionBase:
    return Attr("push_token").eq(device.push_token)
