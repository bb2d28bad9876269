"""What somebody wants to send, and what came of it."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from signpost.messaging.errors import BadRequest

LONGEST_GUID: Final = 128
LONGEST_TEXT: Final = 10_000  # characters


class Draft(NamedTuple):
    """`guid`: made by the app, so that what is sent again is stored once. `content`: what the type has.

    text: {"text"}; video and image: {"url", "thumb_url", "gif_url", "subtitle"}, where only the first has to be there.
    """

    guid: str
    type: str
    content: Mapping[str, Any]
    needs_reply: bool = True


class Published(NamedTuple):
    """What is stored: the item under `keys.content`, and its sender's own copy. `again`: it had been stored before."""

    content: Mapping[str, Any]
    copy: Mapping[str, Any]
    again: bool


class GuidTaken(BadRequest):
    def __init__(self) -> None:
        super().__init__("guid has already been taken")


def text(given: str, guid: str) -> Draft:
    """Raises `BadRequest`."""
    if not given.strip() or not guid.strip():
        raise BadRequest("missing text or guid fields")
    if len(given) > LONGEST_TEXT:
        raise BadRequest(f"text must be at most {LONGEST_TEXT} characters long")
    return Draft(checked_guid(guid), "text", {"text": given})


def checked_guid(guid: str) -> str:
    """Raises `BadRequest`."""
    if len(guid) > LONGEST_GUID or not guid.isprintable():
        raise BadRequest(f"guid must be at most {LONGEST_GUID} letters, digits and signs")
    return guid.strip()
