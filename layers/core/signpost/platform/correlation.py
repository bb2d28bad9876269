"""The id of the HTTP request behind a piece of work. It goes through queues to the consumers' log lines."""

from contextvars import ContextVar
from typing import Final

ATTRIBUTE: Final = "correlation_id"  # of a message; log lines use the same name

current_id: ContextVar[str | None] = ContextVar(ATTRIBUTE, default=None)
