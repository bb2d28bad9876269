"""The keys that sessions are signed with, from their secret: `{"key": …, "old_key": …}`."""

from collections.abc import Mapping
from typing import Any, Final

NO_KEYS: Final[tuple[bytes, ...]] = ()


def session_keys(fields: Mapping[str, Any]) -> tuple[bytes, ...]:
    """The first one signs, the other is only accepted. What is not text is no key."""
    keys = (fields.get(name) for name in ("key", "old_key"))
    return tuple(key.encode() for key in keys if isinstance(key, str) and key)
