"""A stand-in for DynamoDB's endpoint that follows a test's script, faults included."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

Step = Callable[[socket.socket], object]
_SECONDS = 60.0


def answer(body: Any, status: int = 200, *, headers: str = "", version: str = "1.1") -> Step:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/{version} {status} Whatever\r\nContent-Length: {len(payload)}\r\n{headers}\r\n".encode()
    return lambda connection: connection.sendall(head + payload)


def error(kind: str, status: int = 400, *, headers: str = "") -> Step:
    body = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": "as the script says"}
    return answer(body, status, headers=headers)


def raw(data: bytes) -> Step:
    return lambda connection: connection.sendall(data)


def in_drops(body: Any, server: "FaultServer") -> Step:
    """The right answer, one byte every 20 ms, without the last one until the test is over."""

    def send(connection: socket.socket) -> None:
        payload = json.dumps(body).encode()
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(payload)}\r\n\r\n".encode())
        for byte in payload[:-1]:
            if server.over.wait(0.02):
                return
            connection.sendall(bytes([byte]))
        server.over.wait(_SECONDS)

    return send


def nothing(server: "FaultServer") -> Step:
    return lambda _connection: server.over.wait(_SECONDS)


def close(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def then(first: Step, second: Step) -> Step:
    def both(connection: socket.socket) -> None:
        first(connection)
        second(connection)

    return both


class FaultServer:
    """`script` has a step for each request; the last one serves all later requests."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.script: list[Step] = []
        self.requests: list[bytes] = []
        self.connections = 0
        self.over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_SECONDS)
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def _accept(self) -> None:
        while not self.over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self.over.is_set():
                connection.close()
                return
            self.connections += 1
            self._open.append(connection)
            thread = threading.Thread(target=self._serve, args=[connection])
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            while request := _read_request(connection):
                self.requests.append(request)
                step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                step(connection)
        except OSError:
            pass  # the client gave up, or the script closed the connection
        finally:
            connection.close()

    @contextmanager
    def running(self) -> Iterator["FaultServer"]:
        accepting = threading.Thread(target=self._accept)
        accepting.start()
        try:
            yield self
        finally:
            self.over.set()
            socket.create_connection(("127.0.0.1", self.port)).close()
            accepting.join()
            self._listener.close()
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in self._threads:
                thread.join()


def _read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(65_536)
        if not received:
            return b""
        data += received
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body
