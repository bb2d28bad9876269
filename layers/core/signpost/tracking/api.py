"""What the tracker's administration answers besides results: its errors, and who may ask."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from typing_extensions import TypedDict

from signpost.platform import admin_api
from signpost.platform.errors import SignpostError
from signpost.platform.http import Reply
from signpost.platform.json_api import BASIC, responses, text_header
from signpost.platform.reference import described

if TYPE_CHECKING:
    from signpost.platform.secrets import CredentialsSecret

PATH = "/admin/campaigns"
_OLD_PATH = "/admin/campains"  # how the first tracker spelled it


@described(example={"status": "error", "msg": "There is no campaign with this id."})
class ErrorReply(TypedDict):
    status: Literal["error"]
    """Always the same."""
    msg: str
    """For people: it says what to do."""


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
    return responses(ErrorReply, _DESCRIPTIONS, *statuses)


def error_body(_code: str, message: str) -> dict[str, object]:
    return {"status": "error", "msg": message}


def refusal(error: SignpostError) -> Reply:
    return admin_api.refusal(error, error_body)


def answer_administrator(
    app: APIGatewayHttpResolver, secret: "CredentialsSecret", event: Mapping[str, Any], context: Any
) -> Reply:
    """Have `app` answer, once the request is known to be the administrator's."""
    path = event["rawPath"].replace(_OLD_PATH, PATH, 1)
    return admin_api.answer(app, secret, {**event, "rawPath": path}, context, error_body)
