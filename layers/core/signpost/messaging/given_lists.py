"""Lists as apps send them: as a list, or as one text with commas."""

from collections.abc import Sequence

from signpost.messaging.errors import BadRequest

MOST = 100  # entries of a list, unless a route says otherwise


def listed(given: Sequence[str] | str | None, name: str, most: int = MOST) -> list[str]:
    """What is in a list, without empty entries, each once. Raises `BadRequest` if there are too many."""
    parts = given.split(",") if isinstance(given, str) else given or ()
    found = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    if len(found) > most:
        raise BadRequest(f"{name}: send at most {most}")
    return found
