"""The harder floor: sends the same signed PutItem over a plain socket, and reads only the reply's status.

It has no time-outs, does not check whether the connection is still open, and reads neither headers nor body. A redirect
that counts its click cannot do less.
"""

import socket
import time
from typing import Any

from benchmarks.variants import floor

CONNECTION: socket.socket | None = None
HEAD = (
    f"POST / HTTP/1.1\r\nHost: {floor.HOST}\r\nContent-Type: application/x-amz-json-1.0\r\n"
    f"X-Amz-Security-Token: {floor.TOKEN}\r\nX-Amz-Target: {floor.TARGET}\r\n"
)
OK = b"HTTP/1.1 200 "


def connect() -> socket.socket:
    global CONNECTION  # noqa: PLW0603  (the variants keep what they reuse in their module)
    address, _, port = floor.HOST.partition(":")
    CONNECTION = socket.create_connection((address, int(port)))
    CONNECTION.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return CONNECTION


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    now = time.gmtime()
    body, stamp = floor.request(now), time.strftime("%Y%m%dT%H%M%SZ", now)
    connection = CONNECTION or connect()
    connection.sendall(
        f"{HEAD}X-Amz-Date: {stamp}\r\nAuthorization: {floor.authorization(body, stamp)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )
    reply = connection.recv(4096)
    if not reply.startswith(OK):
        raise ConnectionError(reply)
    return floor.REPLY
