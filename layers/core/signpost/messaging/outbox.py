"""What is to be sent or done later: items that are written in the same transaction as what they tell of.

The table's stream hands them to `messaging_relay`. Each is sent at most once.
"""

from collections.abc import Mapping
from typing import Any, Final

from signpost.messaging import keys
from signpost.platform.ids import ulid

KEPT: Final = 86_400  # seconds


def sms(now: float, *, to: str, text: str, event: str) -> dict[str, Any]:
    """`to`: E.164. `event`: what it is about, for metrics."""
    return _item(now, "sms", {"to": to, "text": text, "event": event})


def email(now: float, *, to: str, subject: str, text: str, event: str) -> dict[str, Any]:
    return _item(now, "email", {"to": to, "subject": subject, "text": text, "event": event})


def job(now: float, name: str, **values: Any) -> dict[str, Any]:
    """For `messaging_worker`."""
    return _item(now, "job", {"job": name, **values})


def _item(now: float, channel: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {**keys.outbox(ulid(now), channel), **values, "created_at": now, "ttl": int(now) + KEPT}
