"""What the administration of apps answers besides results: its errors, and who may ask."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from pydantic import BaseModel

from signpost.platform import admin_api
from signpost.platform.http import Reply

if TYPE_CHECKING:
    from signpost.platform.secrets import CredentialsSecret


class ErrorFields(BaseModel):
    code: str
    message: str


class ErrorReply(BaseModel):
    error: ErrorFields


_DESCRIPTIONS = {
    400: "The body is not JSON.",
    401: "Missing or wrong credentials.",
    404: "No such app.",
    409: "Others are changing the app all the time.",
    412: "Changed since it was read.",
    422: "A value is not allowed.",
    503: "A service did not answer; try again.",
}


def errors(*statuses: int) -> dict[int, Any]:
    """The OpenAPI responses for these statuses and for those that every route has."""
    return admin_api.responses(ErrorReply, _DESCRIPTIONS, *statuses)


def error_body(code: str, message: str) -> dict[str, object]:
    return {"error": {"code": code, "message": message}}


def answer_administrator(
    app: APIGatewayHttpResolver, secret: "CredentialsSecret", event: Mapping[str, Any], context: Any
) -> Reply:
    """Have `app` answer, once the request is known to be the administrator's."""
    return admin_api.answer(app, secret, event, context, error_body)
