"""Events and replies of an API Gateway HTTP API, payload format 2.0.

Shapes: "Working with AWS Lambda proxy integrations for HTTP APIs", API Gateway developer guide.
"""

import json
from collections.abc import Mapping
from typing import Any

Event = Mapping[str, Any]
Reply = dict[str, Any]

JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"


def headers(event: Event) -> Mapping[str, str]:
    """The request's headers by lower-case name, which is how API Gateway sends them, but not `sam local`."""
    given: Mapping[str, str] = event.get("headers", {})
    return {name.lower(): value for name, value in given.items()} if "Host" in given else given


def header(event: Event, name: str) -> str | None:
    """A request header by its lower-case name."""
    return headers(event).get(name)


def public_url(event: Event, configured: str) -> str:
    """Where people reach the API, such as `https://links.example`: as configured, otherwise the API's own address.

    The Host header does not count, because the client chooses it.
    """
    return configured or f"https://{event['requestContext']['domainName']}"


def retry_after(error: Exception) -> dict[str, str]:
    """The header that says when to try again, for errors that know it."""
    seconds = getattr(error, "retry_after", None)
    return {"retry-after": str(seconds)} if seconds else {}


def allow(error: Exception) -> dict[str, str]:
    """The header that says which methods an address takes (RFC 9110, 15.5.6), for errors that know them."""
    allowed = getattr(error, "allowed", None)
    return {"allow": ", ".join(allowed)} if allowed else {}


def reply(status: int, body: str, content_type: str = TEXT, headers: Mapping[str, str] | None = None) -> Reply:
    return {"statusCode": status, "headers": {"content-type": content_type, **(headers or {})}, "body": body}


def json_reply(status: int, body: object, headers: Mapping[str, str] | None = None) -> Reply:
    return reply(status, json.dumps(body), JSON, headers)


def redirect(status: int, location: str, headers: Mapping[str, str]) -> Reply:
    return {"statusCode": status, "headers": {"location": location, **headers}, "body": ""}
