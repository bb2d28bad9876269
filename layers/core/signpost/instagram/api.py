"""The errors of public routes, described for the API reference."""

from typing import Any, Final

from signpost.instagram.error_reply import InstagramError
from signpost.platform.reference import json_content, text_content

PAGE: Final = text_content("text/html")
_ERRORS: Final = {
    400: "The request, the code or the state is wrong; the message says what to send.",
    401: "It is not signed by Meta.",
    403: "The person declined, or a permission is missing.",
    404: "There is no such thing, or the account is not connected.",
    409: "It cannot be done in this state; the message says what to do.",
    422: "A value is not allowed.",
    429: "Too many attempts from this network.",
    500: "Something went wrong here. The message has the request's id.",
    502: "Meta refused; the message says why.",
    503: "Meta or a service did not answer; try again.",
}


def errors(*statuses: int, page: bool = False) -> dict[int, Any]:
    """The OpenAPI responses for these statuses; `page`: people get a page."""
    content = json_content(InstagramError) | (PAGE if page else {})
    return {status: {"description": _ERRORS[status], "content": content} for status in statuses}
