"""Replies of the messaging API, described for the API reference."""

from collections.abc import Mapping
from typing import Any, Final, NotRequired

from typing_extensions import TypedDict

from signpost.platform.reference import described, json_content, text_header

ACCESS: Final[list[dict[str, list[str]]]] = [{"access": []}]  # for a route's `security`
_MEANINGS: Final[Mapping[int, str]] = {
    400: "Something is missing or not allowed.",
    403: "No access token, an unknown or an expired one.",
    404: "Nothing of this id is the caller's.",
    409: "It was changed at the same time; try again.",
    413: "The body has more than 64 KB.",
    422: "A value is not of the type that it must have.",
    429: "Too many calls.",
    503: "A service did not answer; try again.",
}


@described(example={"next_url": "https://api.example.com/api/me?max_id=eyJ2", "next_max_id": "eyJ2"})
class MessagingPagination(TypedDict):
    """Where a list goes on."""

    next_url: str
    """The address of the next page."""
    next_max_id: str
    """The parameter `max_id` of that address."""


@described(example={"meta": {"code": 200}, "data": [{"id": 7036874417766, "username": "nora"}]})
class MessagingReply(TypedDict):
    """The envelope of every result of the messaging API."""

    meta: dict[str, Any]
    """`code` is the status, and what else is to be said of the result."""
    data: Any
    """The result."""
    pagination: NotRequired[MessagingPagination]
    """Only if there is another page."""


@described(
    example={
        "meta": {"code": 403, "error_type": "AuthException", "msg": "Incorrect code or access_token"},
        "data": None,
    }
)
class MessagingError(TypedDict):
    """Why the messaging API refused something."""

    meta: dict[str, Any]
    """`code` is the status, `msg` says what is wrong, `errors` has a sentence for each thing."""
    data: NotRequired[None]
    """Null, only of an error about the access token, which also has `meta.error_type`."""


def route(name: str, summary: str, found: str, *errors: int, open_to_all: bool = False) -> dict[str, Any]:
    """How a route appears in the API reference. `found`: what `data` is. `errors`: besides 400, 403, 413 and 503."""
    responses: dict[int, Any] = {200: {"description": found, "content": json_content(MessagingReply)}}
    for status in sorted({400, 403, 413, 503, *errors}):
        responses[status] = {"description": _MEANINGS[status], "content": json_content(MessagingError)}
    if 429 in responses:  # noqa: PLR2004  (the status)
        responses[429]["headers"] = {"Retry-After": text_header("Seconds to wait.")}
    return {
        "operation_id": name,
        "summary": summary,
        "tags": ["Messaging"],
        "security": [] if open_to_all else ACCESS,
        "responses": responses,
    }
