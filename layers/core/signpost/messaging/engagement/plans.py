"""What the sweep is about to store about a user or an invite, on condition that nothing has changed since it read."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple


class Plan(NamedTuple):
    """`look_at`: when to look again; None: never. `stamps`: attributes that say what was sent. `sent`: outbox items."""

    look_at: float | None
    stamps: Mapping[str, Any] = {}
    sent: Sequence[Mapping[str, Any]] = ()
