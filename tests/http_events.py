"""Events of an HTTP API (payload format 2.0), for tests that vary them."""

import base64
import json
from typing import Any
from urllib.parse import parse_qsl

ADMIN = ("admin", "right-password")


def basic(username: str, password: str) -> dict[str, str]:
    return {"authorization": "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()}


def http_event(
    method: str,
    path: str,
    *,
    query: str = "",
    headers: dict[str, str] | None = None,
    body: object = None,
    ip: str = "203.0.113.7",
) -> dict[str, Any]:
    """A `body` of text is sent as it is, any other as JSON."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "signpost.example", **(headers or {})},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": "signpost.example",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": ip, "userAgent": ""},
            "requestId": "request-1",
            "routeKey": f"{method} {path}",
            "stage": "$default",
            "time": "21/Nov/2026:07:00:00 +0000",
            "timeEpoch": 1795244400000,
        },
        "isBase64Encoded": False,
    }
    if query:
        pairs = parse_qsl(query, keep_blank_values=True)
        event["queryStringParameters"] = {
            name: ",".join(value for other, value in pairs if other == name) for name, _ in pairs
        }
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
    return event
