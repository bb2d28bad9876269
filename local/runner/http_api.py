"""The listening server of the HTTP API."""

import contextlib
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from local import chunked
from local.ports import PortTakenError
from local.runner.http_events import HttpRequest, HttpResponse, message

MAX_BODY_BYTES: Final = 10 * 1024 * 1024  # AWS API Gateway developer guide, "Quotas for HTTP APIs"
_DRAIN_BYTES: Final = 64 * 1024 * 1024
_IDLE_S: Final = 60
_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

Answer = Callable[[HttpRequest], HttpResponse]


class HttpApi:
    """Takes its port immediately, and answers requests from `start` on. Raises PortTakenError."""

    def __init__(self, host: str, port: int) -> None:
        try:
            self._server = _Server((host, port), _Handler)
        except OSError as error:
            raise PortTakenError(host, port, "PORT") from error
        self.host, self.port = host, self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="http", daemon=True)

    def start(self, answer: Answer) -> None:
        self._server.answer = answer
        self._thread.start()

    def stop(self) -> None:
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.hang_up()


class _Server(ThreadingHTTPServer):
    request_queue_size = 1024  # many clients connect at once in a load test, and none may be turned away
    daemon_threads = True
    block_on_close = False
    answer: Answer

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """As in the standard library, but without looking up this machine's name, which may take seconds."""
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.socket.getsockname()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close the connections that clients keep open."""
        with self._lock:
            for request in self._open:
                with contextlib.suppress(OSError):  # the client was faster
                    request.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Show errors, except that a client hung up."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave in one packet
    timeout = _IDLE_S
    server: _Server

    def _serve(self) -> None:
        if not self.headers.get("Content-Length", "0").isdecimal():
            self.send_error(400)
            return
        try:
            body = self._read_body()
        except chunked.ChunkError:
            self.close_connection = True
            self._send(message(400, "Bad Request"))
            return
        if body is None:
            self.close_connection = True
            answer = message(413, "Request Entity Too Large")
        else:
            answer = self.server.answer(
                HttpRequest(
                    method=self.command,
                    target=self.path,
                    protocol=self.request_version,
                    headers=tuple(self.headers.items()),
                    body=body,
                    source_ip=self.client_address[0],
                )
            )
        self._send(answer)

    def _read_body(self) -> bytes | None:
        """The request's body; None when it is too large. Raises ChunkError."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            try:
                return chunked.read(self.rfile, MAX_BODY_BYTES)
            except chunked.TooLarge:
                return None
        length = int(self.headers.get("Content-Length") or 0)
        if length <= MAX_BODY_BYTES:
            return self.rfile.read(length)
        left = min(length, _DRAIN_BYTES)  # otherwise the client sees a reset connection in place of the answer
        while left > 0 and (read := len(self.rfile.read(min(left, 1024 * 1024)))):
            left -= read
        return None

    def _send(self, answer: HttpResponse) -> None:
        self.send_response_only(answer.status)
        self.send_header("Date", self.date_time_string())
        for name, value in answer.headers:
            if name not in {"content-length", "connection", "transfer-encoding"}:
                self.send_header(name, value)
        if answer.status >= 200 and answer.status not in {204, 304}:  # noqa: PLR2004
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and answer.status not in {204, 304}:
            self.wfile.write(answer.body)
        self.wfile.flush()

    def log_message(self, *_args: Any) -> None:
        """Log nothing: the functions log."""


for _method in _METHODS:
    setattr(_Handler, f"do_{_method}", _Handler._serve)  # noqa: SLF001 - the same module's
