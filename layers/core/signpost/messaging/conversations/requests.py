"""What the routes of conversations are sent."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from signpost.messaging.conversation_shapes import TYPES
from signpost.messaging.errors import BadRequest

MOST_SEEN: Final = 1_000  # messages that one request names
_ONE_OF: Final = "'text', 'video', 'image'"
_LIST: Final = "A list, or a text with commas."


class _Request(BaseModel):
    model_config = ConfigDict(extra="ignore")


class NewConversation(_Request):
    """Whom to talk to: users, phones or both."""

    username: Annotated[list[str] | str | None, Field(description=f"Usernames. {_LIST}")] = None
    invites: Annotated[list[str] | str | None, Field(description=f"Phones; those of users become members. {_LIST}")] = (
        None
    )
    name: Annotated[str | None, Field(description="What to call it; otherwise it is called after its members.")] = None
    guid: Annotated[str | None, Field(description="Makes a repeated request return the same conversation.")] = None


class NewText(_Request):
    """A text message."""

    text: Annotated[str | None, Field(description="What to say.")] = None
    guid: Annotated[str | None, Field(description="Identifies the message, so that it is stored once.")] = None


class Goodbye(_Request):
    """What has been watched."""

    watched_ids: Annotated[list[str] | str | None, Field(description="Guids; without any, all that is unread.")] = None
    dwatched_id: Annotated[list[str] | str | None, Field(description="The same, as it was once spelled.")] = None


class WatchAll(_Request):
    """Which messages have been watched."""

    message_types: Annotated[Any, Field(description=f"Some of {_ONE_OF}; by default, all.")] = None


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
