"""Payload format 2.0: an HTTP request as the event of a function, and its reply as an HTTP response.

Shapes: AWS API Gateway developer guide, "Working with AWS Lambda proxy integrations for HTTP APIs".
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from local.runner.intrinsics import ACCOUNT_ID, REGION
from local.runner.routing import Match

API_ID: Final = "local"
_DOMAIN: Final = f"{API_ID}.execute-api.{REGION}.amazonaws.com"
_TEXT_TYPES: Final = ("text/", "application/json", "application/xml", "application/javascript", "application/graphql")


@dataclass(frozen=True)
class HttpRequest:
    """A request as it came in: `target` is the raw request target; headers are in order and may repeat."""

    method: str
    target: str
    protocol: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    source_ip: str


@dataclass(frozen=True)
class HttpResponse:
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def message(status: int, text: str) -> HttpResponse:
    """What API Gateway itself answers, e.g. `{"message":"Not Found"}`."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    return HttpResponse(status, (("content-type", "application/json"),), body)


def request_event(request: HttpRequest, match: Match, *, now: float, request_id: str) -> dict[str, Any]:
    """The event for a function; `now` is in seconds since 1970."""
    raw_path, _, query = request.target.partition("?")
    # An HTTP API decodes the path, `rawPath` too, unlike a REST API (seen on AWS: github.com/aws/aws-lambda-dotnet,
    # pull request 1901).
    path = unquote(raw_path)
    headers, cookies = _headers(request.headers)
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": match.route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            **headers,
            "x-forwarded-for": request.source_ip,
            "x-forwarded-port": headers.get("host", "").rpartition(":")[2] or "80",
            "x-forwarded-proto": "http",
        },
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": API_ID,
            "domainName": _DOMAIN,
            "domainPrefix": API_ID,
            "http": {
                "method": request.method,
                "path": path,
                "protocol": request.protocol,
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": match.route_key,
            "stage": "$default",
            "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if query:
        event["queryStringParameters"] = _joined(parse_qsl(query, keep_blank_values=True))
    if match.parameters:
        event["pathParameters"] = dict(match.parameters)
    if request.body:
        event["body"], event["isBase64Encoded"] = _body(request.body, headers)
    return event


def response(reply: Any) -> HttpResponse | None:
    """The HTTP response for a function's reply; None when AWS could not make one of it."""
    if not isinstance(reply, dict) or "statusCode" not in reply:
        text = reply if isinstance(reply, str) else json.dumps(reply)
        return HttpResponse(200, (("content-type", "application/json"),), text.encode())
    body = reply.get("body") or ""
    headers = reply.get("headers") or {}
    cookies = reply.get("cookies") or []
    if not (isinstance(body, str) and isinstance(headers, dict) and isinstance(cookies, list)):
        return None
    try:
        status = int(reply["statusCode"])
        content = base64.b64decode(body, validate=True) if reply.get("isBase64Encoded") else body.encode()
    except (ValueError, TypeError, binascii.Error):
        return None
    pairs = [(str(name).lower(), _header_text(value)) for name, value in headers.items() if value is not None]
    if content and not any(name == "content-type" for name, _ in pairs):
        pairs.append(("content-type", "text/plain;charset=UTF-8"))
    pairs += [("set-cookie", str(cookie)) for cookie in cookies]
    return HttpResponse(status, tuple(pairs), content)


def _headers(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """A request's headers as AWS passes them on: in lower case, repeated ones joined; and its cookies."""
    lower = [(name.lower(), value) for name, value in pairs]
    cookies = [part.strip() for name, value in lower if name == "cookie" for part in value.split(";") if part.strip()]
    return _joined((name, value) for name, value in lower if name != "cookie"), cookies


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _body(body: bytes, headers: Mapping[str, str]) -> tuple[str, bool]:
    """The body as text, or in base64 and True. To an HTTP API only a few types are text, and a form is not."""
    content_type = headers.get("content-type", "text/plain").lower()
    if content_type.startswith(_TEXT_TYPES) and "content-encoding" not in headers:
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return base64.b64encode(body).decode(), True


def _header_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
