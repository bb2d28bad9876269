"""A user's membership of a conversation, with its unread counts. Each function returns the item to be stored.

All of them are stored together with their user's clock, so what was read is still true when it is replaced.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from signpost.messaging import keys
from signpost.messaging.conversation_shapes import TEXT

Item = dict[str, Any]

MOST_MEMBERS: Final = 256  # of a conversation, invites included
_GONE_ONCE_LEFT: Final = ("activity", "unseen", "thumb_url", "subtitle", "archived")


def new(
    user: int, membership: int, conversation: int, *, name: str, named: bool, members: int, now: float, version: int
) -> Item:
    item: Item = {
        **keys.membership(user, membership),
        "id": membership,
        "conversation": conversation,
        "name": name,
        "members": members,
        "created_at": now,
        "last_message_at": now,
        "unread_text": 0,
        "unread_media": 0,
        "version": version,
        "activity": keys.membership_activity(now, membership),
    }
    return {**item, "named": True} if named else item


def with_message(membership: Mapping[str, Any], message: Mapping[str, Any], version: int) -> Item:
    """After this message, of others or of the user's own, has come: it brings archived and left conversations back."""
    item = {name: value for name, value in membership.items() if name not in ("archived", "left_at")}
    content, mine = message["content"], "unseen" not in message
    newest = message["sent_at"] >= item["last_message_at"]
    latest = max(item["last_message_at"], message["sent_at"])
    item |= {"last_message_at": latest, "activity": keys.membership_activity(latest, item["id"]), "version": version}
    if newest:
        item.pop("subtitle", None)
    if content.get("subtitle"):
        item.setdefault("subtitle", content["subtitle"])
    if content.get("thumb_url") and ("thumb_url" not in item or (newest and not mine)):
        item["thumb_url"] = content["thumb_url"]
    if not mine:
        item[_counter(message)] += 1
        item["unseen"] = keys.unread_membership(item["id"])
    return item


def with_seen(membership: Mapping[str, Any], messages: Iterable[Mapping[str, Any]], version: int) -> Item:
    """After these messages, which were unread, have been seen."""
    item = {**membership, "version": version}
    for message in messages:
        item[_counter(message)] -= 1
    if not item["unread_text"] + item["unread_media"]:
        item.pop("unseen", None)
    return item


def left(membership: Mapping[str, Any], cleared_to: str, now: float, version: int, *, clear_due: bool) -> Item:
    """After its user has left: messages up to the ULID `cleared_to` are gone, even those that are yet to be cleared."""
    item = {name: value for name, value in membership.items() if name not in _GONE_ONCE_LEFT}
    item |= {"left_at": now, "unread_text": 0, "unread_media": 0, "version": version}
    if cleared_to:
        item["cleared_to"] = cleared_to
    if clear_due:
        item["clear_due"] = True
    return item


def copy(membership: Mapping[str, Any], content: Mapping[str, Any], ulid: str, alias: str, version: int) -> Item:
    """A member's copy of what was sent. `alias`: what this member calls the sender. The sender's own is seen."""
    user, membership_id = keys.partition_id(membership), membership["id"]
    item: Item = {
        **keys.message(user, membership_id, ulid),
        "guid": content["guid"],
        "type": content["type"],
        "sender": content["sender"],
        "sender_name": alias,
        "content": content["content"],
        "sent_at": content["sent_at"],
        "version": version,
    }
    if user == content["sender"]:
        return {**item, "needs_reply": False, "seen_at": content["sent_at"]}
    return {**item, "needs_reply": content["needs_reply"], "unseen": keys.unseen_message(membership_id, ulid)}


def _counter(message: Mapping[str, Any]) -> str:
    return "unread_text" if message["type"] == TEXT else "unread_media"
