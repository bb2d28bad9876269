"""The id of the HTTP request that something is done for, on its way through queues to the log lines of consumers."""

from contextvars import ContextVar
from typing import Final

ATTRIBUTE: Final = "correlation_id"  # of a message, and the name in log lines

current_id: ContextVar[str | None] = ContextVar(ATTRIBUTE, default=None)
