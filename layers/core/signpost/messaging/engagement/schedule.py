"""When the engagement sweep looks at a user or an invite next: the attributes of the index `by_due`.

Whoever stores a profile or an invite puts these attributes into the same write. From then on, the sweep moves them.
"""

from typing import Final, TypedDict
from zlib import crc32

from signpost.messaging import keys
from signpost.messaging.engagement.reminders import FIRST_INVITE_REMINDER_AFTER, VERIFY_WITHIN, WELCOME_AFTER

PARTITIONS: Final = ("0", "1", "2", "3")  # so that the writes of many users do not meet in one


class Due(TypedDict):
    due: str
    due_at: float


def registered(user: int, now: float) -> Due:
    """For the profile of somebody who has not verified yet; also at each new try, which begins the time anew."""
    return _due(keys.of_user(user), now + VERIFY_WITHIN)


def verified(user: int, now: float) -> Due:
    """For the profile when its user verifies for the first time, in the write that sets `verified_at`."""
    return _due(keys.of_user(user), now + WELCOME_AFTER)


def invited(phone_digest: str, now: float) -> Due:
    """For a new invite, the item under `keys.invite`. Accepting it removes both attributes."""
    return _due(keys.of_phone(phone_digest), now + FIRST_INVITE_REMINDER_AFTER)


def _due(partition_key: str, at: float) -> Due:
    return {"due": PARTITIONS[crc32(partition_key.encode()) % len(PARTITIONS)], "due_at": at}
