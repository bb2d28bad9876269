"""Reads single values from other people's JSON. Each function returns the value, or None when it is something else.

Meta sends ids as strings or as bare integers beyond 2^53, counts that may be missing, and times in three forms.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

Json = Mapping[str, Any]

# v1 of Instagram's API wrote a media id as `<media>_<user>`.
_ID: Final = re.compile(r"[0-9]{1,32}(_[0-9]{1,32})?")
_TOO_LARGE: Final = 10**18
# Seconds stay below this until the year 5138; milliseconds have been above it since 1973.
_FIRST_MILLISECONDS: Final = 100_000_000_000


def mapping(value: object) -> Json:
    """The object itself, or an empty one."""
    return value if isinstance(value, dict) else {}


def mappings(value: object) -> list[Json]:
    """The objects in a list, or the single object that came instead of a list."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def graph_id(value: object) -> str | None:
    """An id as text. Meta writes 0 for "nobody"; a float has already lost digits, so it is not an id."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        return None
    return value if value.strip("0") else None


def whole(value: object) -> int | None:
    """A whole number, also one written as text."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
        return int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    # Larger ones are not counts, and are too large to divide.
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _TOO_LARGE else None


def text(value: object) -> str | None:
    """Text that is not empty."""
    return value if isinstance(value, str) and value else None


def flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def names(value: object) -> tuple[str, ...] | None:
    """Names from a list, or from one text with commas."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return None
    return tuple(name.strip() for name in value if isinstance(name, str) and name.strip())


def seconds(value: object) -> float | None:
    """Seconds since 1970 from seconds, milliseconds, or a text such as `2019-09-26T22:36:43+0000`."""
    number = whole(value)
    if number is not None:
        return number / 1000 if number >= _FIRST_MILLISECONDS else float(number)
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.timestamp() if moment.tzinfo else None
    except ValueError:
        return None
