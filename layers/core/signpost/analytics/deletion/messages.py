"""The messages in the queue of deletions: requests of our own, and events that say that an account was erased.

{"member", "at", "asked"}               delete a member; `asked`: its account's erasure has been asked for
{"all": true, "at"}                     delete all members
{"detail-type": "AccountErased", …}     an event of the bus, in EventBridge's envelope
"""

import json
from typing import Any, Final, NamedTuple

from signpost.analytics.members import is_member_id
from signpost.platform.clock import from_rfc3339
from signpost.platform.errors import InvalidInput

_RESOLUTION: Final = 1.0  # seconds, of the times in EventBridge's events


class NotADeletion(InvalidInput):
    code = "not_a_deletion"


class Deletion(NamedTuple):
    """A request to delete what there was of a member (None: of all) at `at`, in seconds since 1970.

    `asked`: the erasure of its account has been asked for.
    """

    member: str | None
    at: float
    asked: bool = False


class AccountErased(NamedTuple):
    """A connection of the account was erased, no later than `at`."""

    account: str
    at: float


def deletion(member: str, at: float, *, asked: bool = False) -> dict[str, object]:
    return {"member": member, "at": at, "asked": asked}


def deletion_of_all(at: float) -> dict[str, object]:
    return {"all": True, "at": at}


def read(body: str) -> Deletion | AccountErased:
    """Raises `NotADeletion`."""
    try:
        fields = json.loads(body)
        if "detail-type" in fields:
            return _event(fields)
        if fields.get("all") is True:
            return Deletion(None, float(fields["at"]))
        return Deletion(_member(fields["member"]), float(fields["at"]), fields.get("asked") is True)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotADeletion("The message does not say which member to delete.") from None


def _event(fields: dict[str, Any]) -> AccountErased:
    if fields["detail-type"] != "AccountErased":
        raise NotADeletion("The event is about something else.")
    return AccountErased(_member(fields["detail"]["account"]), from_rfc3339(fields["time"]) + _RESOLUTION)


def _member(found: object) -> str:
    if not isinstance(found, str) or not is_member_id(found):
        raise NotADeletion("No member can have this id.")
    return found
