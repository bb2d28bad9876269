"""Conversations and messages as the API reference describes them. `conversation_shapes` makes them."""

from typing import Final, Literal, NotRequired

from typing_extensions import TypedDict

from signpost.platform.reference import Moment, described

_AT: Final = "2026-11-22T07:02:03.000000Z"
CONVERSATION: Final = {
    "id": 7036874417801,
    "user_id": 7036874417766,
    "name": "ben, ada",
    "created_at": "2026-11-22T07:00:00.000000Z",
    "updated_at": _AT,
    "last_message_at": _AT,
    "deleted_at": None,
    "is_deleted": False,
    "is_archived": False,
    "unread_count": 2,
    "most_recent_thumb_url": None,
    "most_recent_subtitle": None,
}
MEMBER: Final = {"id": 7036874417777, "name": "Ben", "username": "ben", "is_blocked": False}
INVITE: Final = {
    "phone": "+14155550111",
    "name": "Ada",
    "inviter_id": 7036874417766,
    "accepted": False,
    "created_at": "2026-11-22T07:00:00.000000Z",
}
TEXT: Final = {
    "id": 7036874417902,
    "user_id": 7036874417766,
    "conversation_id": 7036874417801,
    "guid": "5c2f4f0e-6f0e-4d2c-9a54-0c3c0d3c8a10",
    "text": "Hi",
    "created_at": _AT,
    "updated_at": _AT,
}
_COMMON: Final = {
    "conversation_id": 7036874417801,
    "sender_id": 7036874417777,
    "sender_name": "ben",
    "user": {"name": "ben"},
    "created_at": _AT,
    "sent_at": _AT,
    "needs_reply": True,
    "is_deleted": False,
}
_VIDEO: Final = {
    "guid": "9b7a1d3c-2f64-4a0e-8f0b-51d0e4c0a7f2",
    "url": "https://media.example.com/9b7a1d3c.mp4",
    "thumb_url": "https://media.example.com/9b7a1d3c.png",
    "gif_url": None,
    "subtitle": None,
}
_DISPLAY: Final = {"thumb_gravity": "center", "thumb_style": "fill"}
MESSAGE: Final = {**_COMMON, **_VIDEO, "id": _VIDEO["guid"], "isRead": False, "display": _DISPLAY}
_WORDS: Final = {"guid": TEXT["guid"], "text": "Hi"}
MESSAGE_V1: Final = {**_COMMON, "type": "text", "is_read": False, "text": _WORDS}


@described(example=CONVERSATION)
class ConversationView(TypedDict):
    """A conversation, as one of its members sees it."""

    id: int
    """The caller's id of it; other members have others."""
    user_id: int
    """The caller."""
    name: str
    """What its creator called it, or who is in it."""
    created_at: Moment
    """When the caller came into it."""
    updated_at: Moment
    """When the latest message came."""
    last_message_at: Moment
    """The same."""
    deleted_at: Moment | None
    """When the caller left it; null if it was not left."""
    is_deleted: bool
    """Whether the caller left it. The next message brings it back."""
    is_archived: bool
    """Whether the caller archived it. The next message brings it back."""
    unread_count: int
    """How many messages the caller has not seen, of those that the app can show."""
    most_recent_thumb_url: str | None
    """The latest video's picture."""
    most_recent_subtitle: str | None
    """The latest video's subtitle."""


@described(example=MEMBER)
class OtherMemberView(TypedDict):
    """Another member of a conversation."""

    id: int
    """The user's id."""
    name: str
    """What the caller's address book calls the user; otherwise the user's own name."""
    username: str
    """The username."""
    is_blocked: bool
    """Whether the caller has muted the user."""


@described(example=INVITE)
class InviteView(TypedDict):
    """Somebody who was invited to a conversation and has not registered yet."""

    phone: str
    """The phone number, as E.164."""
    name: str | None
    """What the caller's address book calls it."""
    inviter_id: int
    """The user who invited."""
    accepted: bool
    """Whether somebody has registered with this phone. Those are members and no longer listed, so it is false."""
    created_at: Moment
    """When the invite was made."""


@described(example={**CONVERSATION, "members": [MEMBER], "invites": [INVITE]})
class ConversationDetailView(ConversationView):
    """A conversation with who is in it."""

    members: list[OtherMemberView]
    """All other members."""
    invites: list[InviteView]
    """Invites that were not accepted yet."""


@described(example={"conversations": [CONVERSATION]})
class ConversationsView(TypedDict):
    """A page of conversations."""

    conversations: list[ConversationView]
    """The latest first; with `updated_at`, in the order of their changes."""


@described(example={"name": "ben"})
class SenderView(TypedDict):
    """Who sent a message, as older apps read it."""

    name: str | None
    """The sender's name, as it was then."""


@described(example=_DISPLAY)
class DisplayView(TypedDict):
    """How apps place a thumbnail."""

    thumb_gravity: str
    """Always `center`."""
    thumb_style: str
    """Always `fill`."""


@described(example=_COMMON)
class AnyMessageView(TypedDict):
    """What messages have in both shapes."""

    conversation_id: int
    """The caller's id of the conversation."""
    sender_id: int
    """The user who sent it."""
    sender_name: str | None
    """The sender's username, as it was then."""
    user: SenderView
    """The same, as older apps read it."""
    created_at: Moment
    """When it was sent."""
    sent_at: Moment
    """The same."""
    needs_reply: bool
    """Whether its sender waits for an answer."""
    is_deleted: bool
    """Whether it is gone, as by leaving the conversation. Of what was in it, nothing is left."""


@described(example=MESSAGE)
class MessageView(AnyMessageView):
    """A message in the shape of older apps, which know no texts."""

    id: str | None
    """The message's guid; null once it is deleted."""
    guid: str | None
    """The same."""
    url: str | None
    """Where the video is."""
    thumb_url: str | None
    """Where its picture is."""
    gif_url: str | None
    """Where its moving picture is."""
    subtitle: str | None
    """What its sender wrote under it."""
    isRead: bool
    """Whether the caller has seen it."""
    display: DisplayView
    """How to place the thumbnail."""


@described(example=_WORDS)
class TextContentView(TypedDict):
    """What is in a text message."""

    guid: str | None
    """The message's guid; null once it is deleted."""
    text: str | None
    """The text; null once it is deleted."""


@described(example=_VIDEO)
class MediaContentView(TypedDict):
    """What is in a video or an image."""

    guid: str | None
    """The message's guid; null once it is deleted."""
    url: str | None
    """Where it is."""
    thumb_url: str | None
    """Where its picture is."""
    gif_url: str | None
    """Where its moving picture is."""
    subtitle: str | None
    """What its sender wrote under it."""


@described(example=MESSAGE_V1)
class MessageV1View(AnyMessageView):
    """A message in version 1 of the shape. What is in it is under the name of its type."""

    type: Literal["text", "video", "image"]
    """What it is."""
    is_read: bool
    """Whether the caller has seen it."""
    text: NotRequired[TextContentView]
    """Of a text."""
    video: NotRequired[MediaContentView]
    """Of a video."""
    image: NotRequired[MediaContentView]
    """Of an image."""


AnyMessage = MessageV1View | MessageView


@described(example=TEXT)
class TextView(TypedDict):
    """A text message, as its sender gets it back."""

    id: int
    """The message's id."""
    user_id: int
    """The sender."""
    conversation_id: int
    """The sender's id of the conversation."""
    guid: str
    """As it was sent, or a new one."""
    text: str
    """What was sent."""
    created_at: Moment
    """When it was sent."""
    updated_at: Moment
    """The same."""


@described(example={**CONVERSATION, "unseen_count": 2})
class SyncedConversationView(ConversationView):
    """A conversation in a sync."""

    unseen_count: int
    """The same as `unread_count`."""


@described(example={"type": "message", "sync": MESSAGE_V1})
class SyncItemView(TypedDict):
    """Something that an app has to show, as it is now."""

    type: Literal["conversation", "message"]
    """What it is."""
    sync: SyncedConversationView | AnyMessage
    """The conversation or the message. With `is_deleted`, the app is to remove it."""
