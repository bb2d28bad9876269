"""Reminders, the welcome, and who is removed. All of them are for a sweep, which stamps before it sends.

Times are in seconds since 1970, and None is never. Whether it is day for the receiver is another rule's question:
`phones.is_daytime`.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

DAY: Final = 86_400  # seconds
WEEK: Final = 7 * DAY
WELCOME_AFTER: Final = DAY
FIRST_INVITE_REMINDER_AFTER: Final = DAY  # for each invite
INVITE_WAITS: Final = 3 * DAY
_SENT_BETWEEN: Final = (3 * DAY, 10 * DAY)
VERIFY_WITHIN: Final = 3 * DAY


class Invite(NamedTuple):
    """Somebody invited a phone that nobody has registered. Also a reminder of that."""

    id: str
    inviter: str  # user id
    conversation: str | None  # that waits for them
    invited_at: float
    accepted: bool = False
    waitlisted: bool = False  # hidden: the person waits for an app for their device
    reminded_at: float | None = None  # by this one; the first reminder, after a day, has a stamp of its own


def messages_to_remind(
    sent_at: float | None, unseen: Iterable[str], reminded: Collection[str], reminded_at: float | None, now: float
) -> list[str]:
    """RemindInactive: the unseen messages that a push is due about; none if it is not due.

    For who last sent something 3 to 10 days ago and has not been reminded for a week, and of no message twice.

    `unseen`: ids of received messages, newest first, whose sender the push names; `reminded`: those of earlier pushes.
    """
    shortest, longest = _SENT_BETWEEN
    if sent_at is None or not shortest <= now - sent_at <= longest:
        return []
    if reminded_at is not None and now - reminded_at <= WEEK:
        return []
    return [message for message in unseen if message not in reminded]


def is_email_due(active_at: float | None, emailed_at: float | None, now: float, *, has_unseen: bool) -> bool:
    """EmailInactive: once ever, for who has something unseen and has not been here for a week, or never."""
    inactive = active_at is None or now - active_at > WEEK
    return has_unseen and inactive and emailed_at is None


def invites_to_remind(invites: Sequence[Invite], now: float, *, registered: bool) -> list[Invite]:
    """RemindInvite: the invites of one phone that one SMS is due about, oldest first; none if it is not due.

    It names the first one's inviter, and all get the stamp, so nobody gets several because several friends asked.
    """
    if registered:
        return []
    pending = [each for each in invites if is_pending(each) and each.reminded_at is None]
    return sorted((each for each in pending if now - each.invited_at > INVITE_WAITS), key=lambda each: each.invited_at)


def is_pending(invite: Invite) -> bool:
    """Whether anybody sees it: neither accepted nor waitlisted. The first reminder goes to these alone, too."""
    return not (invite.accepted or invite.waitlisted)


def is_welcome_due(verified_at: float | None, welcomed_at: float | None, now: float) -> bool:
    """A day after joining, once."""
    return verified_at is not None and welcomed_at is None and now - verified_at >= WELCOME_AFTER


def may_be_removed(registered_at: float, verified_at: float | None, now: float) -> bool:
    """Whether somebody registered and never verified. Never anybody who has, even if a new code is on its way."""
    return verified_at is None and now - registered_at > VERIFY_WITHIN
