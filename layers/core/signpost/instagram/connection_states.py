"""The states of a connection."""

from enum import StrEnum
from typing import Final

from signpost.instagram.graph.errors import TokenEnd

SOON: Final = "soon"  # the check day of an install that is due at the next sweep, whatever its date
DAY: Final = 86_400
WARN_BEFORE: Final = 10 * DAY  # seconds: a connection with no more than this left is expiring


class ConnectionState(StrEnum):
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"
    PERMISSION_MISSING = "permission_missing"
    ACCOUNT_MISSING = "account_missing"  # made personal, or no longer linked to its Page


# Meta may let these be read again without a login, so they are checked daily.
MAY_HEAL: Final = frozenset({ConnectionState.PERMISSION_MISSING, ConnectionState.ACCOUNT_MISSING})
# Nothing proves any longer that who logged in has to do with the account.
ENDED: Final = frozenset({ConnectionState.EXPIRED, ConnectionState.REVOKED, ConnectionState.ACCOUNT_MISSING})


def state_after(reason: TokenEnd) -> ConnectionState:
    """The state of an install whose token Meta calls dead."""
    return ConnectionState.REVOKED if reason is TokenEnd.REVOKED else ConnectionState.EXPIRED
