"""The repository's sample events."""

import json
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parent.parent / "events"


def sample(function: str, name: str, **changes: Any) -> dict[str, Any]:
    """The event in `events/<function>/<name>.json`, with these changes."""
    event: dict[str, Any] = json.loads((EVENTS / function / f"{name}.json").read_text(encoding="utf-8"))
    return event | changes
