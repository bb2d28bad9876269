"""What a function logs."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def logged_by(logger: Any) -> Iterator[io.StringIO]:
    """Catches the lines of a Powertools Logger, which keeps the stream that was standard output at import."""
    (handler,) = logger.handlers
    before, buffer = handler.stream, io.StringIO()
    handler.setStream(buffer)
    try:
        yield buffer
    finally:
        handler.setStream(before)
