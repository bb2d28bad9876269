"""What the routes of the tracker's administration have in common."""

from typing import Any

from signpost.platform.http import Event
from signpost.platform.reference import BASIC, responses, text_header
from signpost.tracking.error_reply import ErrorReply

PATH = "/admin/campaigns"
_OLD_PATH = "/admin/campains"  # how the first tracker spelled it


CAMPAIGNS: Any = {"tags": ["Campaigns"], "security": BASIC}  # what routes about campaigns have in common
NEXT = text_header('The next page, as <address>; rel="next". Absent on the last one.', required=False)
LOCATION = text_header("Where it is.")
_DESCRIPTIONS = {
    400: "The body is not JSON.",
    401: "Missing or wrong credentials.",
    404: "No such campaign.",
    409: "The slug is taken.",
    412: "Changed since it was read.",
    422: "A value is not allowed.",
    503: "A service did not answer; try again.",
}


def errors(*statuses: int) -> dict[int, Any]:
    """The OpenAPI responses for these statuses and for those that every route has."""
    return responses(ErrorReply, _DESCRIPTIONS, *sorted({*statuses, 422}))


def respelled(event: Event) -> Event:
    """The event, with its path in the current spelling."""
    return {**event, "rawPath": event["rawPath"].replace(_OLD_PATH, PATH, 1)}
