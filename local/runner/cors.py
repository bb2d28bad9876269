"""Cross-origin requests, answered from the template's CorsConfiguration as API Gateway does.

AWS API Gateway developer guide, "Configure CORS for HTTP APIs": preflight requests never reach a function.
"""

from collections.abc import Mapping
from typing import Any

from local.runner.http_events import HttpResponse
from local.runner.intrinsics import is_true


def preflight(cors: Mapping[str, Any], headers: Mapping[str, str]) -> HttpResponse | None:
    """The answer to an OPTIONS request; None when it is not a preflight request. `headers` are in lower case."""
    if "origin" not in headers or "access-control-request-method" not in headers:
        return None
    lists = {
        "access-control-allow-methods": _list(cors, "allowMethods"),
        "access-control-allow-headers": _list(cors, "allowHeaders"),
    }
    allowed = allow_origin(cors, headers)
    if allowed:
        allowed += [(name, ",".join(values)) for name, values in lists.items() if values]
        if "maxAge" in cors:
            allowed.append(("access-control-max-age", str(cors["maxAge"])))
    return HttpResponse(204, tuple(allowed))


def allow_origin(cors: Mapping[str, Any], headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers that let the page at the request's origin read the response; empty when it may not."""
    origin, origins = headers.get("origin"), _list(cors, "allowOrigins")
    if origin is None or not ("*" in origins or origin in origins):
        return []
    allowed = [("access-control-allow-origin", "*" if "*" in origins else origin)]
    if is_true(cors.get("allowCredentials", False)):
        allowed.append(("access-control-allow-credentials", "true"))
    if exposed := _list(cors, "exposeHeaders"):
        allowed.append(("access-control-expose-headers", ",".join(exposed)))
    return allowed


def _list(cors: Mapping[str, Any], name: str) -> list[str]:
    return [str(value) for value in cors.get(name) or []]
