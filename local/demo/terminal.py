"""Shortens functions' log lines for a terminal."""

import json
from typing import Any, Final

# Powertools and Lambda add these to every line.
_NOISE: Final = frozenset(
    {"level", "message", "timestamp", "location", "service", "correlation_id", "requestId", "logger", "xray_trace_id"}
)


def readable(line: str) -> str | None:
    """The line in short; None for metrics, which only CloudWatch needs."""
    name, mark, text = line.partition("] ")
    if not (mark and name.startswith("[") and text.startswith("{")):
        return line
    try:
        entry: dict[str, Any] = json.loads(text)
    except ValueError:
        return line
    if "message" not in entry:
        return None if "_aws" in entry else line
    details = (f"{key}={value}" for key, value in entry.items() if key not in _NOISE and not key.startswith("_"))
    return " ".join([f"{name}]", str(entry.get("level", "")), str(entry["message"]), *details]).replace("]  ", "] ")
