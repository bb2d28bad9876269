"""The server of the demo's pages and of the stand-in for Meta, against all kinds of clients."""

import http.client
import socket
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.web_server import WebServer


def _echo(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def server() -> Iterator[str]:
    server = WebServer(0, variable="TEST_PORT")
    server.start(_echo)
    yield urlsplit(server.url).netloc
    server.stop()


def _post_chunks(server: str, chunks: bytes) -> bytes:
    """The server's reply to these chunks if the client then hangs up."""
    host, _, port = server.partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while received := client.recv(65536):
            answer += received
    return answer


def test_body_in_chunks_reaches_the_application(server: str) -> None:
    connection = http.client.HTTPConnection(server)
    connection.request("POST", "/", iter([b"one ", b"two"]), encode_chunked=True)

    assert connection.getresponse().read() == b"one two"
    connection.close()


@pytest.mark.parametrize(
    ("chunks", "status"),
    [
        (b"7FFFFFF\r\nall that comes", b" 413 "),
        (b"7FFFFF\r\nall that comes", b" 400 "),
        (b"not a length\r\n", b" 400 "),
    ],
)
def test_broken_body_is_refused_and_the_next_request_answered(server: str, chunks: bytes, status: bytes) -> None:
    assert status in _post_chunks(server, chunks).partition(b"\r\n")[0]

    connection = http.client.HTTPConnection(server)
    connection.request("POST", "/", b"still there")
    assert connection.getresponse().read() == b"still there"
    connection.close()
