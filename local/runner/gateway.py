"""What API Gateway does between a request and its response: routing, cross-origin requests, the function's event."""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from local.runner import cors
from local.runner.errors import FunctionError
from local.runner.functions import Functions
from local.runner.http_events import HttpRequest, HttpResponse, message, request_event, response
from local.runner.routing import Router


class Gateway:
    """Answers requests with the functions that their routes name.

    `cors_configuration` is the template's CorsConfiguration; `now` returns seconds since 1970.
    """

    def __init__(
        self,
        router: Router,
        functions: Functions,
        *,
        cors_configuration: Mapping[str, Any] | None,
        now: Callable[[], float],
        log: Callable[[str], None],
    ) -> None:
        self._router = router
        self._functions = functions
        self._cors = cors_configuration
        self._now = now
        self._log = log

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = str(uuid.uuid4())
        headers = {name.lower(): value for name, value in request.headers}
        if self._cors is not None and request.method == "OPTIONS":
            preflight = cors.preflight(self._cors, headers)
            if preflight is not None:
                return preflight
        answer = self._invoke(request, request_id)
        extra = [("apigw-requestid", request_id)]
        if self._cors is not None:
            extra += cors.allow_origin(self._cors, headers)
        return HttpResponse(answer.status, (*answer.headers, *extra), answer.body)

    def _invoke(self, request: HttpRequest, request_id: str) -> HttpResponse:
        match = self._router.match(request.method, request.target.partition("?")[0])
        if match is None:
            return message(404, "Not Found")
        event = request_event(request, match, now=self._now(), request_id=request_id)
        try:
            answer = response(json.loads(self._functions[match.function].invoke(json.dumps(event).encode())))
        except FunctionError as error:
            self._log(f"{match.route_key}: {error}")
            answer = None
        return message(500, "Internal Server Error") if answer is None else answer
