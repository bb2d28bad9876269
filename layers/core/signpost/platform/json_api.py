"""A JSON API on Powertools' resolver: one place for who may call it, and one for the replies to exceptions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from signpost.platform.dispatch import unexpected
from signpost.platform.errors import InvalidField, InvalidInput, SignpostError
from signpost.platform.guards import Guard
from signpost.platform.http import Event, Reply, allow, retry_after
from signpost.platform.routes import nothing_here, without_slash

ErrorBody = Callable[[SignpostError], Mapping[str, object]]  # an error as this API publishes it
Answer = Response[Any]
Refusal = Callable[[Event, SignpostError], Reply]
_MOST_ERRORS: Final = 10  # of a request that an answer names
_UNREADABLE: Final = ("json_invalid", "form_invalid", "multipart_invalid")


class JsonApi(APIGatewayHttpResolver):
    """A resolver that serves callers whom `authenticate` admits, and replies to every exception with `error_body`.

    If a body is not enough, `refusal` makes these replies instead, with headers or as a page. It also logs exceptions,
    except for `Unexpected`. Without `validate`, routes read requests themselves, and pydantic is not imported.
    """

    def __init__(
        self,
        error_body: ErrorBody,
        authenticate: Guard | None = None,
        *,
        refusal: Refusal | None = None,
        validate: bool = True,
        ignore_unknown: bool = False,
    ) -> None:
        super().__init__(enable_validation=validate, response_validation_error_http_code=500 if validate else None)
        self._error_body, self._guard, self._refusal, self._logger = error_body, authenticate, refusal, Logger()
        self.exception_handler(SignpostError)(self.refusal if refusal else self._known)
        if validate:
            from signpost.platform.strict_requests import StrictRequests  # noqa: PLC0415  (it imports pydantic)

            self._request_validation_middleware = StrictRequests(ignore_unknown=ignore_unknown)
            self.exception_handler(RequestValidationError)(self._invalid)
            self.exception_handler([UnicodeDecodeError, RecursionError])(self._unreadable)
        self.exception_handler(Exception)(self._unknown)
        self.not_found(self._missing)

    def resolve(self, event: Event, context: Any) -> Reply:
        """Reply to an event. Its body is read as JSON: nothing else is accepted, and many clients label it wrongly."""
        sent_on = without_slash(event)
        if sent_on is not None:
            return sent_on
        if self._guard is not None:
            try:
                self._guard.check(event)
            except Exception as error:  # noqa: BLE001  (logged, with where it comes from)
                known = error if isinstance(error, SignpostError) else unexpected(error, context)
                return self._guard.refusal(known, self._error_body(known))
        headers = {**event.get("headers", {}), "content-type": content_types.APPLICATION_JSON}
        return super().resolve({**event, "headers": headers}, context)

    def seconds_left(self) -> float:
        """Of the invocation's time."""
        return float(self.lambda_context.get_remaining_time_in_millis() / 1000)

    def methods(self, path: str) -> set[str]:
        """Of the routes at a path; empty if there is none."""
        routes = (*self._static_routes, *self._dynamic_routes)
        return {route.method for route in routes if route.rule.match(path)}

    def nothing_here(self, methods: Iterable[str]) -> SignpostError:
        """The error for a path that takes these methods only."""
        return nothing_here(methods)

    def refusal(self, error: SignpostError) -> Answer:
        if self._refusal is not None:
            made = self._refusal(self.current_event.raw_event, error)
            return response({**made, "headers": {**made["headers"], **allow(error)}})
        return Response(
            error.status,
            content_types.APPLICATION_JSON,
            dict(self._error_body(error)),
            {**retry_after(error), **allow(error)},
        )

    def _known(self, error: SignpostError) -> Answer:
        if error.retryable:
            self._logger.warning("a service did not answer", error=str(error))
        return self.refusal(error)

    def _invalid(self, error: RequestValidationError) -> Answer:
        if error.errors()[0]["type"] in _UNREADABLE:
            return self.refusal(InvalidInput("The body is not valid JSON."))
        return self.refusal(InvalidField(sentences(error.errors())))

    def _unreadable(self, _: Exception) -> Answer:
        return self.refusal(InvalidInput("The body is not valid JSON in UTF-8."))

    def _missing(self, _: Exception) -> Answer:
        """For a path or a method that no route accepts; otherwise it would be an unexpected exception."""
        return self.refusal(self.nothing_here(self.methods(self.current_event.path)))

    def _unknown(self, error: Exception) -> Answer:
        return self.refusal(unexpected(error, self.lambda_context))


def response(reply: Reply) -> Answer:
    """A reply made without the resolver, in the form that its routes return."""
    return Response(reply["statusCode"], body=reply["body"], headers=reply["headers"], cookies=reply.get("cookies"))


def sentences(errors: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong with a request, in the words of this API. `errors`: as pydantic describes them."""
    return " ".join(map(_sentence, errors[:_MOST_ERRORS]))


def _sentence(error: Mapping[str, Any]) -> str:
    """What is wrong and where, such as: platforms.0: is not supported; use Android, IPhone, WindowsPhone."""
    where = ".".join(str(part) for part in error["loc"] if part not in ("body", "query", "header", "path"))
    if error["type"] == "extra_forbidden":
        return f"{where}: there is no such field."
    if error["type"] == "missing" and not where:
        return "Send a JSON object as the body."
    if error["type"] == "string_pattern_mismatch":  # its message is a regular expression
        return f"{where}: does not have the form that it must have."
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{where}: {message}." if where else f"{message}."
