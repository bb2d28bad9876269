"""The states of a connection, and what is known of its token. All times are seconds since 1970."""

from collections.abc import Collection
from enum import StrEnum
from typing import Final, NamedTuple

from signpost.instagram.graph.errors import TokenEnd
from signpost.instagram.products import Provider

SOON: Final = "soon"  # the day of an install that the next sweep has to look at, whatever the day
DAY: Final = 86_400
WARN_BEFORE: Final = 10 * DAY


class ConnectionState(StrEnum):
    ACTIVE = "active"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"
    PERMISSION_MISSING = "permission_missing"


class Connection(NamedTuple):
    """What is known of an install's token. None for an end: never, or not known."""

    provider: Provider
    state: ConnectionState
    issued_at: float
    expires_at: float | None
    data_access_expires_at: float | None = None
    first_email_at: float | None = None
    second_email_at: float | None = None
    scopes: Collection[str] = ()
    permission_email_at: float | None = None

    @property
    def ends_at(self) -> float | None:
        """When it stops working unless somebody does something."""
        ends = [end for end in (self.expires_at, self.data_access_expires_at) if end is not None]
        return min(ends, default=None)


def state_at(connection: Connection, now: float) -> ConnectionState:
    """The state to store and show; what was found out by other means than time stays."""
    if connection.state not in (ConnectionState.ACTIVE, ConnectionState.EXPIRING):
        return connection.state
    end = connection.ends_at
    if end is None or end - now > WARN_BEFORE:
        return ConnectionState.ACTIVE
    return ConnectionState.EXPIRING if end > now else ConnectionState.EXPIRED


def state_after(reason: TokenEnd) -> ConnectionState:
    """What an install becomes when Meta says that its token is dead."""
    return ConnectionState.REVOKED if reason is TokenEnd.REVOKED else ConnectionState.EXPIRED
