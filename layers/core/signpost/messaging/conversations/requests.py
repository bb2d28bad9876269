"""What the routes of conversations are sent."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from signpost.messaging.conversation_shapes import TYPES
from signpost.messaging.errors import BadRequest

MOST_SEEN: Final = 1_000  # messages that one request names
_ONE_OF: Final = "'text', 'video', 'image'"
_GUID: Final = "0f9bb1de-07a6-4a58-b3d2-58a54a0d2ef1"
_LIST: Final = "A list, or a text with commas."


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore")


class NewConversation(_Request):
    """Whom to talk to: users, phones or both."""

    username: list[str] | str | None = Field(default=None, description=f"Usernames. {_LIST}", examples=[["ben", "ada"]])
    invites: list[str] | str | None = Field(
        default=None, description=f"Phones; those of users become members. {_LIST}", examples=[["+14155550123"]]
    )
    name: str | None = Field(
        default=None, description="What to call it; otherwise it is called after its members.", examples=["Sunday hike"]
    )
    guid: str | None = Field(
        default=None,
        description="With it, a request that is repeated within a day returns the same conversation.",
        examples=["6d0f1c3e-3b56-4c1c-9a51-0a1f6b1f8b11"],
    )


class NewText(_Request):
    """A text message."""

    text: str | None = Field(default=None, description="What to say.", examples=["At nine?"])
    guid: str | None = Field(default=None, description="By it, the message is stored once.", examples=[_GUID])


class Goodbye(_Request):
    """What has been watched."""

    watched_ids: list[str] | str | None = Field(
        default=None, description="Guids; left out: all that is unread.", examples=[[_GUID]]
    )
    dwatched_id: list[str] | str | None = Field(
        default=None, description="The same, as it was once spelled.", examples=[[_GUID]]
    )


class WatchAll(_Request):
    """Which messages have been watched."""

    message_types: Any = Field(
        default=None, description=f"Some of {_ONE_OF}. Older apps may leave it out: all.", examples=[["text", "video"]]
    )


def watched_types(given: Any, *, v1: bool) -> tuple[str, ...]:
    """The types that an app names; () for all. Raises `BadRequest`."""
    if given is None and not v1:
        return ()
    if given is None:
        raise BadRequest("missing required parameter: message_types")
    if isinstance(given, str) and not v1:
        given = given.split(",")
    if not isinstance(given, list):
        raise BadRequest("message_types must be an array")
    if not given or any(each not in TYPES for each in given):
        raise BadRequest(f"message_types must be an array containing at least one of {_ONE_OF}")
    return tuple(given)
