"""Replies of the messaging API, described for the API reference."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Final, NotRequired

from typing_extensions import TypedDict

from signpost.platform.reference import Keywords, described, json_content, text_header

ACCESS: Final[list[dict[str, list[str]]]] = [{"access": []}]  # for a route's `security`
_MEANINGS: Final[Mapping[int, str]] = {
    400: "Something is missing or not allowed.",
    403: "No access token, an unknown or an expired one.",
    404: "Nothing of this id is the caller's.",
    409: "Too many changes at the same time; try again.",
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


@described(
    example={"code": 200, "last_page": False, "last_sync_at": "2026-11-22T07:02:03.000000Z", "phone_pending": True}
)
class MessagingMeta(TypedDict):
    """What is to be said of a result."""

    code: int
    """200."""
    last_page: NotRequired[bool | None]
    """Only of messages: whether the page that was asked for by its number is the last one; null without a number."""
    last_sync_at: NotRequired[str]
    """Only of a sync: what to send as `updated_at` next time."""
    phone_pending: NotRequired[bool]
    """Only of a change of the profile: true if a code was sent to the new phone."""


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


def replying(name: str, shape: Any, example: Any, *, paged: bool = False, **meta: Any) -> Any:
    """A reply whose `data` is of a shape, for the reference, where its name is `Messaging…`. `paged`: it may go on."""
    fields: dict[str, Any] = {
        "meta": Annotated[MessagingMeta, Keywords(description="What is to be said of the result.")],
        "data": Annotated[shape, Keywords(description="The result.")],
    }
    if paged:
        further = Annotated[MessagingPagination, Keywords(description="Only if there is another page.")]
        fields["pagination"] = NotRequired[further]
    made = TypedDict(f"Messaging{name}", fields)  # type: ignore[misc]  # mypy wants literals
    made.__doc__ = "A result of the messaging API, in its envelope."
    shown = {"meta": {"code": 200, **meta}, "data": example}
    more = {"next_url": "https://api.example.com/api/me?max_id=eyJ2", "next_max_id": "eyJ2"}
    return described(example={**shown, **({"pagination": more} if paged else {})})(made)


NOTHING: Final = replying("Done", None, None)


def route(
    name: str,
    summary: str,
    found: str,
    reply: Any,
    because: Mapping[int, str] = MappingProxyType({}),
    *errors: int,
    open_to_all: bool = False,
) -> dict[str, Any]:
    """How a route appears in the API reference.

    `found`: what is in the reply, which has this shape. `because`: why it refuses something, by status, where more can
    be said than by `errors`. 400, 403, 413 and 503 are always among them.
    """
    responses: dict[int, Any] = {200: {"description": found, "content": json_content(reply)}}
    said = {**_MEANINGS, **because}
    for status in sorted({400, 403, 413, 503, *because, *errors}):
        responses[status] = {"description": said[status], "content": json_content(MessagingError)}
    if 429 in responses:  # noqa: PLR2004  (the status)
        responses[429]["headers"] = {"Retry-After": text_header("Seconds to wait.")}
    return {
        "operation_id": name,
        "summary": summary,
        "tags": ["Messaging"],
        "security": [] if open_to_all else ACCESS,
        "responses": responses,
    }
