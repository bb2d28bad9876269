"""Decides whether a refusal is about one account or the whole app, and when many lost accounts are a storm.

An app that is blocked, in development mode or without a valid review is refused with the same codes as a person who
withdrew a permission. Trusting the code alone would disconnect every account over a temporary fault.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.graph.errors import AppBlocked, MetaError, PermissionMissing, TokenDead
from signpost.instagram.graph.login import TokenFacts, debug_token
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.scopes import REQUIRED_SCOPES

if TYPE_CHECKING:
    from signpost.instagram.graph.client import Graph

BLOCKED_PAUSE: Final = 900  # seconds until Meta is asked again whether it still refuses the app
HOUR: Final = 3600
_LATELY: Final = 300
_CAPABILITY: Final = 3  # "Application does not have the capability to make this API call"
_REACH: Final = "instagram_basic"
_STORM_SHARE: Final = 0.05  # of all accounts, within an hour
_STORM_LEAST: Final = 10  # with few accounts, several may change by chance
_SLOT: Final = 300  # seconds


class Health(NamedTuple):
    """The last known health of one of Meta's products. Times are seconds since 1970."""

    accounts: int = 0  # how many are connected, counted daily
    worked_at: float = 0.0  # when an account could be read, to within a minute
    blocked_at: float | None = None  # since when Meta refuses the app, or seems to
    held_at: float | None = None  # since when e-mails wait because of a storm


def loss(state: ConnectionState) -> Counter[str]:
    """The metric for an account that is now in this state because of Meta's response."""
    if state is ConnectionState.PERMISSION_MISSING:
        return Counter(PermissionsMissing=1)
    if state is ConnectionState.ACCOUNT_MISSING:
        return Counter(AccountsMissing=1)
    return Counter(TokensDied=1)


class Cause(StrEnum):
    """Why Meta says that a permission is missing."""

    ACCOUNT = "account"
    APP = "app"
    UNCLEAR = "unclear"  # others can be read, but this may be the beginning of a block


def cause_of(
    refusal: PermissionMissing, install: Install, health: Health, *, graph: "Graph", token: str, now: float
) -> Cause:
    """Finds out what a refusal is about. Facebook can be asked what a token may do; Instagram Login cannot.

    If the token may do everything, the account is to blame only if others could be read after it was first refused.

    Raises:
        TokenDead: Meta says so when asked about the token.
        MetaError: a retryable one.
    """
    if isinstance(refusal, AppBlocked) or refusal.facts.code == _CAPABILITY:
        return Cause.APP
    if install.provider is Provider.FACEBOOK:
        try:
            facts = debug_token(graph, token).value
        except (PermissionMissing, TokenDead):
            return Cause.APP  # this call uses the app's own token
        except MetaError as error:
            if error.retryable:
                raise
            return Cause.UNCLEAR
        if facts.ended is not None:
            raise TokenDead("The connection to Instagram has ended; connect again.", facts.ended, refusal.facts)
        if _lacks_something(facts, install, now):
            return Cause.ACCOUNT
    if install.refused_since is not None and health.worked_at > install.refused_since:
        return Cause.ACCOUNT
    return Cause.UNCLEAR if now - health.worked_at <= _LATELY else Cause.APP


def is_storm(changes: int, accounts: int) -> bool:
    """Whether that many changes within an hour have a common cause, rather than their owners."""
    return changes > max(_STORM_LEAST, accounts * _STORM_SHARE)


class Slot(NamedTuple):
    """Where changes within five minutes are counted: an item for each UTC hour, an attribute for each slot."""

    hour: str  # such as 2026-11-21T07
    name: str  # such as m05


def slot_at(moment: float) -> Slot:
    at = datetime.fromtimestamp(moment, UTC)
    return Slot(f"{at:%Y-%m-%dT%H}", f"m{at.minute * 60 // _SLOT * _SLOT // 60:02}")


def within_an_hour(now: float, counted: Mapping[str, Mapping[str, int]]) -> int:
    """The changes of the last hour, from the items of its hours."""
    slots = {slot_at(now - ago) for ago in range(0, HOUR, _SLOT)}
    return sum(counted.get(slot.hour, {}).get(slot.name, 0) for slot in slots)


def _lacks_something(facts: TokenFacts, install: Install, now: float) -> bool:
    """Whether the token may not read this account: a scope, this account among its Pages', or consent is missing."""
    required, reach = {*REQUIRED_SCOPES[install.provider]}, facts.reach.get(_REACH)
    out_of_reach = reach is not None and install.instagram_business_account_id not in reach
    has_ended = facts.data_access_expires_at is not None and facts.data_access_expires_at <= now
    return not required <= {*facts.scopes} or out_of_reach or has_ended
