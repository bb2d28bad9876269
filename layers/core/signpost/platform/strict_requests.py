"""Refuses what Powertools accepts in requests and a JSON API should not."""

from typing import Any

from aws_lambda_powertools.event_handler.middlewares.openapi_validation import OpenAPIRequestValidationMiddleware

from signpost.platform.errors import InvalidField

_NO_ROUTE = "^.*$"  # the rule of Powertools' route for paths without one
_MOST_NAMES = 5  # of the client that a reply repeats


class StrictRequests(OpenAPIRequestValidationMiddleware):
    """Refuses query parameters that the route does not declare, and bodies that are not JSON objects.

    Powertools ignores the former, and takes the first element of an array for the body. `ignore_unknown`: as Powertools
    does, for an API whose older clients send parameters that no longer mean anything.
    """

    def __init__(self, *, ignore_unknown: bool = False) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._ignore_unknown = ignore_unknown

    def handler(self, app: Any, next_middleware: Any) -> Any:
        route = app.context["_route"]
        if route.rule.pattern == _NO_ROUTE:
            return next_middleware(app)
        if self._ignore_unknown:
            return super().handler(app, next_middleware)
        known = [field.alias for field in route.dependant.query_params]
        given = app.current_event.raw_event.get("queryStringParameters") or {}
        unknown = [name for name in given if name not in known]
        if unknown:
            rule = f"use {', '.join(known)}" if known else "this address takes none"
            raise InvalidField(f"{', '.join(unknown[:_MOST_NAMES])}: there is no such parameter; {rule}.")
        return super().handler(app, next_middleware)

    def _parse_json_data(self, app: Any) -> Any:
        try:
            body: Any = super()._parse_json_data(app)
        except UnicodeDecodeError:
            raise
        except ValueError:  # Python refuses numbers of more than 4,300 digits
            raise InvalidField("A number in the body has too many digits.") from None
        if body is not None and not isinstance(body, dict):
            raise InvalidField("Send a JSON object as the body.")
        return body
