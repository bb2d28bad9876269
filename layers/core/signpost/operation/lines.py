"""Lines of the log: how functions write them, and how people read them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from signpost.platform.errors import InvalidField, InvalidInput

MOST_BYTES: Final = 4096  # of a line that a client sends
_LEVELS: Final = {"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}
# Fields that every line has, or that say nothing to people.
_COMMON: Final = {
    *("level", "location", "message", "timestamp", "service", "exception", "stack_trace", "_aws", "sampling_rate"),
    *("cold_start", "function_name", "function_arn", "function_memory_size", "function_request_id", "xray_trace_id"),
}
_IDS: Final = {"correlation_id", "message_id", "client"}
_MOST_DETAILS: Final = 3


class Event(NamedTuple):
    """A line as CloudWatch keeps it. `at` is in seconds since 1970."""

    at: float
    function: str
    message: str


class Line(NamedTuple):
    at: float
    function: str
    level: str
    text: str
    details: Mapping[str, Any]

    @property
    def sentence(self) -> str:
        """The text with its reason, or else with some of its details."""
        reason = self.details.get("reason") or self.details.get("exception_name")
        if reason:
            return f"{self.text}: {reason}"
        about = [f"{name} {value}" for name, value in self.details.items() if _is_telling(name, value)][:_MOST_DETAILS]
        return f"{self.text}: {', '.join(about)}" if about else self.text


def lines(events: Iterable[Event], most: int) -> list[Line]:
    """Newest first. Lines that only carry metrics are left out."""
    found = [line for each in events if (line := _line(each)) is not None]
    return sorted(found, key=lambda each: each.at, reverse=True)[:most]


def _line(event: Event) -> Line | None:
    try:
        content: Any = json.loads(event.message)
    except ValueError:
        content = None
    if not isinstance(content, dict):
        return Line(event.at, event.function, "INFO", event.message.strip(), {})
    if "message" not in content:
        return None if "_aws" in content else Line(event.at, event.function, "INFO", event.message.strip(), {})
    level = str(content.get("level", "INFO")).upper()
    details = {name: value for name, value in content.items() if name not in _COMMON and value is not None}
    return Line(event.at, event.function, level if level in _LEVELS else "INFO", str(content["message"]), details)


def client_line(body: str) -> str:
    """A line that a client sends, in a form that cannot pass for another line.

    JSON is kept as it is, anything else as text. Raises `InvalidInput`, `InvalidField`.
    """
    if len(body.encode(errors="replace")) > MOST_BYTES:
        raise InvalidField(f"A line may have at most {MOST_BYTES} bytes.")
    if not body.strip():
        raise InvalidInput("Send the line as the body.")
    return json.dumps(body.strip())[1:-1].replace('\\"', '"')


def _is_telling(name: str, value: object) -> bool:
    return name not in _IDS and isinstance(value, str | int | float) and not isinstance(value, bool)
