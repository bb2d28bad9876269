"""Requests that the stand-in sends: only to this machine, and without following redirects."""

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

_ALLOWED: Final = ("127.0.0.1", "localhost")
_TIMEOUT_S: Final = 20  # Meta does not publish its own; a function of the local stack may start cold


class NotLocalError(ValueError):
    """The address is not on this machine."""


@dataclass(frozen=True)
class Reply:
    """What came back. Status 0 means nothing did, and `body` says why."""

    status: int
    content_type: str
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


def send(method: str, url: str, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
    """Raises NotLocalError. Without an answer, the Reply has status 0."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in _ALLOWED:
        raise NotLocalError(f"{url} is not on this machine: the stand-in sends nothing elsewhere.")
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=_TIMEOUT_S)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(
            method, target, body, {"Host": parts.netloc, "User-Agent": "Webhooks/1.0", **(headers or {})}
        )
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers.get("Content-Type", ""), answer.read())
    except (OSError, http.client.HTTPException) as error:
        return Reply(0, "", f"{type(error).__name__}: {error}".encode())
    finally:
        connection.close()
