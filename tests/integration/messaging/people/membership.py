"""Memberships and messages put into the table as they would be stored, for tests of what is read."""

from typing import Any

from signpost.messaging import keys, memberships


def membership(user: int, number: int, *, last_message_at: float = 1_700_000_000, **others: Any) -> dict[str, Any]:
    made = memberships.new(
        user, number, number, name=f"talk {number}", named=False, members=2, now=last_message_at, version=number
    )
    if "left_at" in others:
        del made["activity"]
    if others.get("unread_text") or others.get("unread_media"):
        others["unseen"] = keys.unread_membership(number)
    return {**made, **others}


def message(user: int, conversation: int, ulid: str, **others: Any) -> dict[str, Any]:
    return {
        **keys.message(user, conversation, ulid),
        "guid": f"{conversation}-{ulid}",
        "type": "text",
        "sender": 1,
        "sender_name": "Ben",
        "content": {"text": "Hi"},
        "needs_reply": True,
        "sent_at": 1_700_000_000,
        "unseen": keys.unseen_message(conversation, ulid),
        **others,
    }
