"""Chunked request bodies (RFC 9112, section 7.1).

werkzeug's own reader believes a chunk's length: when the client hangs up before that many bytes have come, it writes
past its buffer, and the process dies.
"""

import io
from typing import Any, Final

from werkzeug.serving import WSGIRequestHandler

_LINE: Final = 256  # bytes of a chunk's length with its extensions
_PIECE: Final = 1024 * 1024
_HEX: Final = frozenset(b"0123456789abcdefABCDEF")


class ChunkError(Exception):
    """This is not a complete chunked body."""


class TooLarge(Exception):
    """The body is longer than allowed."""


def read(stream: io.BufferedIOBase, most: int) -> bytes:
    """The body, of at most `most` bytes. Trailers are dropped. Raises ChunkError and TooLarge."""
    body = bytearray()
    while length := _length(_line(stream)):
        if len(body) + length > most:
            raise TooLarge
        body += _exactly(stream, length)
        if _line(stream):
            raise ChunkError("A chunk is longer than its length says.")
    while _line(stream):
        pass
    return bytes(body)


class ChunkedBodies(WSGIRequestHandler):
    """A handler that passes chunked bodies on in one piece; broken ones get 400."""

    most = 64 * _PIECE

    def make_environ(self) -> Any:
        environ = super().make_environ()
        if environ.pop("wsgi.input_terminated", False):
            body = read(self.rfile, self.most)
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return environ

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (ChunkError, TooLarge) as error:
            self.close_connection = True
            self.send_error(400 if isinstance(error, ChunkError) else 413)
            self.wfile.flush()


def _line(stream: io.BufferedIOBase) -> bytes:
    line = stream.readline(_LINE)
    if not line.endswith(b"\n"):
        raise ChunkError("A line between two chunks is too long, or was cut off.")
    return line.rstrip(b"\r\n")


def _length(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or not _HEX.issuperset(digits):
        raise ChunkError("A chunk does not begin with its length.")
    return int(digits, 16)


def _exactly(stream: io.BufferedIOBase, length: int) -> bytes:
    body = bytearray()
    while left := length - len(body):
        piece = stream.read(min(left, _PIECE))
        if not piece:
            raise ChunkError("The body was cut off.")
        body += piece
    return bytes(body)
