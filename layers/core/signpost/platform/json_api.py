"""A JSON API on Powertools' resolver: one place for who may call it, and one for what each exception is answered."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from signpost.platform.dispatch import unexpected
from signpost.platform.errors import InvalidField, InvalidInput, NotFound, SignpostError
from signpost.platform.guards import Guard
from signpost.platform.http import Event, Reply

ErrorBody = Callable[[SignpostError], Mapping[str, object]]  # an error as this API publishes it
BASIC: Final[list[dict[str, list[str]]]] = [{"basic": []}]  # for a route's `security`
_UNREADABLE: Final = ("json_invalid", "form_invalid", "multipart_invalid")


class JsonApi(APIGatewayHttpResolver):
    """A resolver that answers every exception with `error_body`, and nobody whom `authenticate` does not know."""

    def __init__(self, error_body: ErrorBody, authenticate: Guard | None = None) -> None:
        super().__init__(enable_validation=True, response_validation_error_http_code=500)
        self._error_body, self._guard, self._logger = error_body, authenticate, Logger()
        self.exception_handler(SignpostError)(self._known)
        self.exception_handler(RequestValidationError)(self._invalid)
        self.exception_handler([UnicodeDecodeError, RecursionError])(self._unreadable)
        self.exception_handler(Exception)(self._unknown)
        self.not_found(self._missing)

    def resolve(self, event: Event, context: Any) -> Reply:
        """Answer an event, its body taken for JSON: that is all these APIs read, and many clients label it wrongly."""
        if self._guard is not None:
            try:
                self._guard.check(event)
            except SignpostError as error:
                return self._guard.refusal(error, self._error_body(error))
        headers = {**event.get("headers", {}), "content-type": content_types.APPLICATION_JSON}
        return super().resolve({**event, "headers": headers}, context)

    def refusal(self, error: SignpostError) -> Response[Any]:
        return Response(error.status, content_types.APPLICATION_JSON, dict(self._error_body(error)))

    def _known(self, error: SignpostError) -> Response[Any]:
        if error.retryable:
            self._logger.warning("a service did not answer", error=str(error))
        return self.refusal(error)

    def _invalid(self, error: RequestValidationError) -> Response[Any]:
        if error.errors()[0]["type"] in _UNREADABLE:
            return self.refusal(InvalidInput("The body is not valid JSON."))
        return self.refusal(InvalidField(" ".join(map(_sentence, error.errors()))))

    def _unreadable(self, _: Exception) -> Response[Any]:
        return self.refusal(InvalidInput("The body is not valid JSON in UTF-8."))

    def _missing(self, _: Exception) -> Response[Any]:
        """For a path with letters that no route takes; otherwise it would be an exception that nobody foresaw."""
        return self.refusal(NotFound("There is nothing at this address."))

    def _unknown(self, error: Exception) -> Response[Any]:
        return self.refusal(unexpected(error, self.lambda_context))


def responses(shape: object, descriptions: Mapping[int, str], *statuses: int) -> dict[int, Any]:
    """What a guarded route may answer besides results: errors of `shape` under these statuses, 401 and 503.

    Descriptions are by status. 500 need not be said of any route.
    """
    content = {content_types.APPLICATION_JSON: {"model": shape}}
    found: dict[int, Any] = {
        status: {"description": descriptions[status], "content": content} for status in (401, *statuses, 503)
    }
    found[401]["headers"] = {"WWW-Authenticate": text_header("How to log in.")}
    return found


def text_header(description: str, *, required: bool = True) -> dict[str, Any]:
    """A header, as a route's `responses` describe it."""
    return {"description": description, "required": required, "schema": {"type": "string"}}


def _sentence(error: Mapping[str, Any]) -> str:
    """What is wrong where, such as: platforms.0: is not supported; use Android, IPhone, WindowsPhone."""
    where = ".".join(str(part) for part in error["loc"] if part not in ("body", "query", "header", "path"))
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no such field."
    if error["type"] == "missing" and not where:
        return "Send a JSON object as the body."
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{where}: {message}." if where else f"{message}."
