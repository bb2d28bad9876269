"""A JSON API: Powertools' resolver with validation, and the one place where errors become replies."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from signpost.platform.errors import SignpostError

ErrorBody = Callable[[str, str], Mapping[str, object]]  # code and message to what this API publishes
_UNREADABLE = ("json_invalid", "form_invalid", "multipart_invalid")


def json_api(logger: Logger, error_body: ErrorBody) -> APIGatewayHttpResolver:
    """A resolver that answers every exception with `error_body` under the right status.

    Bodies are read as JSON whatever their Content-Type says. An exception that is none of Signpost's gives 500 with the
    request's id and no detail; the log has the rest.
    """
    app = APIGatewayHttpResolver(enable_validation=True, response_validation_error_http_code=500)

    def reply(status: int, code: str, message: str) -> Response[Any]:
        # A resolver of its own would be asked for a model here; the body is plain on purpose.
        return Response(int(status), content_types.APPLICATION_JSON, dict(error_body(code, message)))

    def known(error: SignpostError) -> Response[Any]:
        if error.retryable:
            logger.warning("a service did not answer", error=str(error))
        return reply(error.status, error.code, str(error))

    def invalid(error: RequestValidationError) -> Response[Any]:
        first = error.errors()[0]
        if first["type"] in _UNREADABLE:
            return reply(HTTPStatus.BAD_REQUEST, "invalid_input", "The body is not valid JSON.")
        return reply(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", " ".join(map(_sentence, error.errors())))

    def unreadable(_: Exception) -> Response[Any]:
        return reply(HTTPStatus.BAD_REQUEST, "invalid_input", "The body is not valid JSON in UTF-8.")

    def unknown(error: Exception) -> Response[Any]:
        request_id = app.lambda_context.aws_request_id
        logger.error("unexpected error", exc_info=error)
        return reply(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", f"Something went wrong here. Request {request_id}.")

    def missing(_: Exception) -> Response[Any]:
        return reply(HTTPStatus.NOT_FOUND, "not_found", "There is nothing at this address.")

    app.exception_handler(SignpostError)(known)
    app.not_found(missing)  # a path with letters that no route takes; without this it would be an unknown exception
    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler([UnicodeDecodeError, RecursionError])(unreadable)
    app.exception_handler(Exception)(unknown)
    return app


def resolve(app: APIGatewayHttpResolver, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Answer an event, its body taken for JSON: that is all these APIs speak, and many clients label it wrongly."""
    headers = {**event.get("headers", {}), "content-type": content_types.APPLICATION_JSON}
    return app.resolve({**event, "headers": headers}, context)


def _sentence(error: Mapping[str, Any]) -> str:
    """What is wrong where, such as: platforms.0: is not supported; use Android, IPhone, WindowsPhone."""
    where = ".".join(str(part) for part in error["loc"] if part not in ("body", "query", "header", "path"))
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no such field."
    if error["type"] == "missing" and not where:
        return "Send a JSON object as the body."
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{where}: {message}." if where else f"{message}."
