"""Conversations and messages as the API shows them. What it calls a conversation's id is the caller's membership id."""

from collections.abc import Mapping
from typing import Any, Final

from signpost.messaging.conversation_views import (
    AnyMessage,
    AnyMessageView,
    ConversationView,
    MediaContentView,
    MessageV1View,
    MessageView,
    TextView,
)
from signpost.platform.clock import rfc3339

TEXT: Final = "text"
TYPES: Final = (TEXT, "video", "image")


def conversation_json(membership: Mapping[str, Any], user: int, *, v1: bool) -> ConversationView:
    """`membership`: the item under `keys.membership`. Older apps than version 1 know no text messages."""
    latest = rfc3339(membership["last_message_at"])
    return {
        "id": membership["id"],
        "user_id": user,
        "name": membership["name"],
        "created_at": rfc3339(membership["created_at"]),
        "updated_at": latest,
        "last_message_at": latest,
        "deleted_at": _moment(membership.get("left_at")),
        "is_deleted": "left_at" in membership,
        "is_archived": membership.get("archived", False),
        "unread_count": unread(membership, v1=v1),
        "most_recent_thumb_url": membership.get("thumb_url"),
        "most_recent_subtitle": membership.get("subtitle"),
    }


def unread(membership: Mapping[str, Any], *, v1: bool) -> int:
    texts: int = membership["unread_text"] if v1 else 0
    media: int = membership["unread_media"]
    return texts + media


def message_json(message: Mapping[str, Any], *, v1: bool) -> AnyMessage:
    """`message`: the item under `keys.message`. Of a deleted one, only what it was is left."""
    return _message_v1(message) if v1 else _message(message)


def watchable(message: Mapping[str, Any], *, v1: bool) -> bool:
    """Whether an app can show this message: not a sign-off, which has no guid, nor a text in an app that has none."""
    return "guid" in message and (v1 or message["type"] != TEXT)


def membership_of(message: Mapping[str, Any]) -> int:
    return int(message["sk"].split("#")[1])


def ulid_of(message: Mapping[str, Any]) -> str:
    ulid: str = message["sk"].rpartition("#")[2]
    return ulid


def is_cleared(message: Mapping[str, Any], membership: Mapping[str, Any]) -> bool:
    """Whether the message is deleted, or is older than when its receiver last left the conversation."""
    return "deleted" in message or ulid_of(message) <= membership.get("cleared_to", "")


def text_json(content: Mapping[str, Any], membership_id: int) -> TextView:
    """A text message as its sender gets it back. `content`: the item under `keys.content`."""
    sent_at = rfc3339(content["sent_at"])
    return {
        "id": content["id"],
        "user_id": content["sender"],
        "conversation_id": membership_id,
        "guid": content["guid"],
        "text": content["content"]["text"],
        "created_at": sent_at,
        "updated_at": sent_at,
    }


def _message(message: Mapping[str, Any]) -> MessageView:
    content = message.get("content", {})
    return {
        **_common(message),
        "id": message.get("guid"),
        "guid": message.get("guid"),
        "url": content.get("url"),
        "thumb_url": content.get("thumb_url"),
        "gif_url": content.get("gif_url"),
        "subtitle": content.get("subtitle"),
        "isRead": "seen_at" in message,
        "display": {"thumb_gravity": "center", "thumb_style": "fill"},
    }


def _message_v1(message: Mapping[str, Any]) -> MessageV1View:
    content, guid, kind = message.get("content", {}), message.get("guid"), message["type"]
    common = _common(message)  # mypy thinks that what a message may have could be in it already
    shown: MessageV1View = {**common, "type": kind, "is_read": "seen_at" in message}  # type: ignore[typeddict-item]
    if kind == TEXT:
        shown["text"] = {"guid": guid, "text": content.get("text")}
    else:
        media: MediaContentView = {
            "guid": guid,
            "url": content.get("url"),
            "thumb_url": content.get("thumb_url"),
            "gif_url": content.get("gif_url"),
            "subtitle": content.get("subtitle"),
        }
        shown["image" if kind == "image" else "video"] = media
    return shown


def _common(message: Mapping[str, Any]) -> AnyMessageView:
    sent_at = rfc3339(message["sent_at"])
    return {
        "conversation_id": membership_of(message),
        "sender_id": message["sender"],
        "sender_name": message.get("sender_name"),
        "user": {"name": message.get("sender_name")},
        "created_at": sent_at,
        "sent_at": sent_at,
        "needs_reply": message.get("needs_reply", False),
        "is_deleted": message.get("deleted", False),
    }


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(seconds)
