"""The log lines of a function."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.private import leak


@contextmanager
def logged_by(logger: Any) -> Iterator[io.StringIO]:
    """Capture the lines of a Powertools Logger, which keeps writing to the standard output of its import."""
    (handler,) = logger.handlers
    before, buffer = handler.stream, io.StringIO()
    handler.setStream(buffer)
    try:
        yield buffer
    finally:
        handler.setStream(before)
    assert not (found := leak(buffer.getvalue())), f"the log contains {found}"
