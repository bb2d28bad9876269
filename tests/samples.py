"""The repository's sample events, in events/."""

import json
from pathlib import Path
from typing import Any

EVENTS = Path(__file__).parent.parent / "events"


def sample(function: str, name: str) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / function / f"{name}.json").read_text(encoding="utf-8"))
    return event
