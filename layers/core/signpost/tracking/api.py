"""What the tracker's administration answers besides results: its errors, and who may ask."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel

from signpost.platform import admin_api
from signpost.platform.errors import SignpostError
from signpost.platform.http import Reply

if TYPE_CHECKING:
    from signpost.platform.secrets import CredentialsSecret

PATH = "/admin/campaigns"
_OLD_PATH = "/admin/campains"  # how the first tracker spelled it


class ErrorReply(BaseModel):
    status: Literal["error"]
    msg: str


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
    return admin_api.responses(ErrorReply, _DESCRIPTIONS, *statuses)


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
