"""Replies in gzip, for clients that accept it: API Gateway's HTTP APIs compress nothing themselves."""

import base64
import gzip
from typing import Final

from signpost.platform.http import Event, Reply, header

_WORTH_IT: Final = 1_000  # bytes; below, a reply fits into one packet anyway


def compressed(event: Event, reply: Reply) -> Reply:
    """The reply in gzip if the client accepts it and it is worth it, else the same."""
    body = str(reply.get("body") or "").encode()
    if reply.get("isBase64Encoded") or len(body) < _WORTH_IT:
        return reply
    headers = {**reply.get("headers", {})}
    headers["vary"] = ", ".join(filter(None, (headers.get("vary", ""), "accept-encoding")))
    if not accepts_gzip(header(event, "accept-encoding")):
        return {**reply, "headers": headers}
    # Without a time, equal content gives equal bytes.
    content = base64.b64encode(gzip.compress(body, compresslevel=6, mtime=0)).decode()
    return {**reply, "headers": headers | {"content-encoding": "gzip"}, "body": content, "isBase64Encoded": True}


def accepts_gzip(accept_encoding: str | None) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, 12.5.3)."""
    allowed = False
    for part in (accept_encoding or "").lower().split(","):
        name, *parameters = (each.strip() for each in part.split(";"))
        refused = any(each.replace(" ", "") in {"q=0", "q=0.0", "q=0.00", "q=0.000"} for each in parameters)
        if name == "gzip":
            return not refused
        if name == "*":
            allowed = not refused
    return allowed
