"""Messages that ask for a snapshot: the event that an account has been synced, or a message that names a member."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple

from signpost.platform.clock import from_rfc3339
from signpost.platform.errors import InvalidInput

_SYNCED: Final = "AccountSynced"


class Job(NamedTuple):
    """`at`: when the news was stored; snapshots begun later have it. None: take one in any case."""

    member: str
    at: float | None = None

    def message(self) -> dict[str, object]:
        return {"member": self.member}


def read(message: Any) -> Job:
    """A message: EventBridge's event, or `{"member": …}` from this application.

    Raises:
        InvalidInput: it is neither.
    """
    if not isinstance(message, Mapping):
        raise InvalidInput("The message is not an object.")
    if "detail-type" not in message:
        return Job(_text(message, "member"))
    detail = message.get("detail")
    if message["detail-type"] != _SYNCED or not isinstance(detail, Mapping):
        raise InvalidInput("The event is about something else.")
    return Job(_text(detail, "account"), _moment(detail.get("at")))


def _moment(at: object) -> float | None:
    """None if it cannot be read: better one snapshot too many."""
    if isinstance(at, str):
        with suppress(ValueError):
            return from_rfc3339(at)
    return float(at) if isinstance(at, int | float) else None


def _text(message: Mapping[str, Any], name: str) -> str:
    found = message.get(name)
    if not isinstance(found, str) or not found:
        raise InvalidInput(f"The message has no {name}.")
    return found
