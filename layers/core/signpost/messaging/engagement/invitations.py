"""What an invite is due: a reminder after a day, another one after three; and when to look again.

Nobody gets one at night, after registering, or more than 30 days after being invited.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from signpost.messaging import outbox, phones, texts
from signpost.messaging.engagement import reminders
from signpost.messaging.engagement.plans import Plan
from signpost.messaging.engagement.reminders import DAY, INVITE_WAITS, Invite
from signpost.messaging.engagement.switches import Switches

LAPSES_AFTER: Final = 30 * DAY
_AGAIN_AFTER: Final = 3 * DAY  # while somebody has the phone who has not verified, or reminders are off


class Reminded(NamedTuple):
    """The invites, by sort key, that a plan is about: the one that was looked at, and what one SMS covers with it."""

    invites: Sequence[str]
    plan: Plan


def plan(
    key: str, invites: Mapping[str, Mapping[str, Any]], on: Switches, now: float, *, registered: bool
) -> Reminded | None:
    """For the invite `key` of the `invites` of one phone, by sort key.

    `registered`: whether somebody has the phone, verified or not. None: the plan needs the inviter's name; `texted`
    makes it.
    """
    item = invites[key]
    invite = _invite(key, item)
    if not reminders.is_pending(invite) or _is_lapsed(item, now) or invite.reminded_at is not None:
        return Reminded([key], Plan(None))
    morning = phones.next_daytime(item["phone"], now)
    if morning > now:
        return Reminded([key], Plan(morning))
    if registered:
        return Reminded([key], Plan(phones.next_daytime(item["phone"], now + _AGAIN_AFTER)))
    if on.invites and _due(key, invites, now):
        return None
    return Reminded([key], Plan(phones.next_daytime(item["phone"], _later(invite, now))))


def texted(key: str, invites: Mapping[str, Mapping[str, Any]], now: float, *, inviter: str, link: str) -> Reminded:
    """The SMS that is due. `inviter`: the username of who made the invite `first_of` names."""
    due = _due(key, invites, now)
    item = invites[due[0]]
    is_first = not _is_second(invites[key], now)
    event = "invite_reminder" if is_first else "invite_second_reminder"
    text = texts.invite_sms(inviter, link, with_conversation=bool(item.get("conversation")))
    sms = outbox.sms(now, to=item["phone"], text=text, event=event)
    if is_first:
        look_at = phones.next_daytime(item["phone"], item["created_at"] + INVITE_WAITS + 1)
        return Reminded(due, Plan(look_at, {"reminded_at": now, "tracked": True}, [sms]))
    return Reminded(due, Plan(None, {"reminded_again_at": now, "tracked": True}, [sms]))


def first_of(key: str, invites: Mapping[str, Mapping[str, Any]], now: float) -> Mapping[str, Any]:
    """The invite whose inviter the SMS names."""
    return invites[_due(key, invites, now)[0]]


def _due(key: str, invites: Mapping[str, Mapping[str, Any]], now: float) -> list[str]:
    """The invites that one SMS is due about: after a day its own, after three days all that wait for the phone."""
    if _is_second(invites[key], now):
        all_of_it = [_invite(each, item) for each, item in invites.items() if not _is_lapsed(item, now)]
        return [each.id for each in reminders.invites_to_remind(all_of_it, now, registered=False)]
    item = invites[key]
    is_due = "reminded_at" not in item and now - item["created_at"] >= reminders.FIRST_INVITE_REMINDER_AFTER
    return [key] if is_due else []


def _is_lapsed(item: Mapping[str, Any], now: float) -> bool:
    return bool(now - item["created_at"] > LAPSES_AFTER)


def _is_second(item: Mapping[str, Any], now: float) -> bool:
    return bool(now - item["created_at"] > INVITE_WAITS)


def _later(invite: Invite, now: float) -> float:
    """When a reminder may be due that is not due now."""
    first, second = invite.invited_at + reminders.FIRST_INVITE_REMINDER_AFTER, invite.invited_at + INVITE_WAITS + 1
    return min((each for each in (first, second) if each > now), default=now + _AGAIN_AFTER)


def _invite(key: str, item: Mapping[str, Any]) -> Invite:
    return Invite(
        id=key,
        inviter=str(item["inviter"]),
        conversation=str(item["conversation"]) if item.get("conversation") else None,
        invited_at=item["created_at"],
        accepted="accepted_at" in item,
        waitlisted=bool(item.get("waitlisted")),
        reminded_at=item.get("reminded_again_at"),
    )
