"""JSON APIs that are open to the administrator only, by name and password (HTTP Basic)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, content_types
from pydantic import BaseModel

from signpost.platform import api, basic_auth
from signpost.platform.errors import SignpostError
from signpost.platform.http import Reply, header, json_reply

if TYPE_CHECKING:
    from signpost.platform.secrets import CredentialsSecret

_CHALLENGE = {"www-authenticate": 'Basic realm="Signpost"'}


def responses(model: type[BaseModel], descriptions: Mapping[int, str], *statuses: int) -> dict[int, Any]:
    """The OpenAPI responses for these error statuses and for those that every route has."""
    return {
        status: {
            "description": descriptions[status],
            "content": {content_types.APPLICATION_JSON: {"model": model}},
        }
        for status in (401, *statuses, 503)
    }


def check(event: Mapping[str, Any], secret: "CredentialsSecret") -> None:
    """Raises `NotAuthenticated`, or `Unavailable` when the credentials cannot be read."""
    basic_auth.check(header(event, "authorization"), secret.credentials())


def refusal(error: SignpostError, error_body: api.ErrorBody) -> Reply:
    headers = _CHALLENGE if error.status == 401 else {}  # noqa: PLR2004  (RFC 9110 asks for it with a 401)
    return json_reply(error.status, error_body(error.code, str(error)), headers)


def answer(
    app: APIGatewayHttpResolver,
    secret: "CredentialsSecret",
    event: Mapping[str, Any],
    context: Any,
    error_body: api.ErrorBody,
) -> Reply:
    """Have `app` answer, once the request is known to be the administrator's."""
    try:
        check(event, secret)
    except SignpostError as error:
        return refusal(error, error_body)
    return api.resolve(app, event, context)
