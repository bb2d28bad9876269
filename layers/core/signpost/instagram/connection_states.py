"""The states of a connection."""

from enum import StrEnum
from typing import Final

from signpost.instagram.graph.errors import TokenEnd

SOON: Final = "soon"  # the day of an install that the next sweep has to look at, whatever the day
DAY: Final = 86_400
WARN_BEFORE: Final = 10 * DAY  # seconds that a connection may last for when it is called expiring


class ConnectionState(StrEnum):
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"
    PERMISSION_MISSING = "permission_missing"


def state_after(reason: TokenEnd) -> ConnectionState:
    """What an install becomes when Meta says that its token is dead."""
    return ConnectionState.REVOKED if reason is TokenEnd.REVOKED else ConnectionState.EXPIRED
