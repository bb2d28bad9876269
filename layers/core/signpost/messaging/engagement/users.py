"""What a user is due: a welcome, a reminder, an e-mail, a push that calls back; and when to look again.

Nothing is sent at night, at most one push a day, and nothing but the welcome to somebody who is active.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.messaging import jobs, names, outbox, phones, texts
from signpost.messaging.engagement import reminders, tracks
from signpost.messaging.engagement.plans import Plan
from signpost.messaging.engagement.reminders import DAY, WEEK
from signpost.messaging.engagement.switches import Switches
from signpost.messaging.engagement.tracks import QUIET_FOR, Reactivation, Track

if TYPE_CHECKING:
    from signpost.messaging.engagement.store import EngagementStore

WELCOMED_WITHIN: Final = WEEK  # of joining: when the welcome is turned on, people of long ago get none
_LOOKED_AT_DAILY: Final = 2 * WEEK  # since they were active; then once a week
_REMINDED_KEPT: Final = 50  # ids of messages that somebody was reminded of


class Unseen(NamedTuple):
    """A received message that waits. `id` is that of the message in its receiver's partition."""

    id: str
    guid: str
    membership: int
    sender: str  # what the receiver calls them
    is_group: bool


class Inbox:
    """What waits for a user. It is read when a rule asks, and once."""

    def __init__(self, store: "EngagementStore", user: int) -> None:
        self._store, self._user = store, user
        self._memberships: list[dict[str, Any]] | None = None
        self._newest: list[Unseen] | None = None

    @property
    def has_unseen(self) -> bool:
        return bool(self._unread())

    @property
    def has_video(self) -> bool:
        return any(each["unread_media"] for each in self._unread())

    def newest(self) -> Sequence[Unseen]:
        """Unseen messages of the conversation that was active last, newest first."""
        if self._newest is None:
            unread = self._unread()
            latest = max(unread, key=lambda each: each["last_message_at"], default=None)
            self._newest = self._unseen(latest) if latest else []
        return self._newest

    def last_sent_at(self) -> float | None:
        return self._store.last_sent_at(self._user)

    def _unread(self) -> list[dict[str, Any]]:
        if self._memberships is None:
            self._memberships = self._store.unread(self._user)
        return self._memberships

    def _unseen(self, membership: Mapping[str, Any]) -> list[Unseen]:
        is_group = names.is_group(membership["members"], named=membership.get("named", False))
        return [
            Unseen(each["unseen"], each.get("guid", ""), membership["id"], each["sender_name"], is_group)
            for each in self._store.unseen(self._user, membership["id"])
        ]


def plan(profile: Mapping[str, Any], inbox: Inbox, on: Switches, now: float, *, link: str, greeter: str) -> Plan:
    """For somebody who has verified. `link`: where the app is; `greeter`: the username that welcomes others."""
    morning = phones.next_daytime(profile["phone"], now)
    if morning > now:
        return Plan(morning)
    stamps: dict[str, Any] = {}
    sent: list[Mapping[str, Any]] = []
    if on.welcome and greeter not in ("", profile["username"]) and _is_welcome_due(profile, now):
        stamps["welcomed_at"] = now
        sent.append(outbox.job(now, jobs.WELCOME, user=profile["id"]))
    active_at = _active_at(profile)
    if now - active_at < QUIET_FOR:
        return Plan(_in_daytime(profile, active_at + QUIET_FOR), stamps, sent)
    for notice in (_reminder, _call_back):
        push = notice(profile, inbox, on, now)
        if push is not None:
            stamps |= push.stamps
            sent += push.sent
            break
    if on.emails and reminders.is_email_due(active_at, profile.get("emailed_at"), now, has_unseen=inbox.has_unseen):
        for newest in inbox.newest()[:1]:
            stamps["emailed_at"] = now
            sent.append(_email(profile["email"], newest, now, link))
    return Plan(_next_look({**profile, **stamps}, inbox, on, now), stamps, sent)


def look_at_unverified(profile: Mapping[str, Any], on: Switches, now: float) -> float | None:
    """When to look at somebody again who has not verified; None if they are to be removed now."""
    if reminders.may_be_removed(profile["created_at"], profile.get("verified_at"), now):
        return None if on.clean_up else now + DAY
    return float(profile["created_at"] + reminders.VERIFY_WITHIN + 1)


def _is_welcome_due(profile: Mapping[str, Any], now: float) -> bool:
    verified_at: float = profile["verified_at"]
    due = reminders.is_welcome_due(verified_at, profile.get("welcomed_at"), now)
    return due and now - verified_at <= WELCOMED_WITHIN


class _Push(NamedTuple):
    stamps: Mapping[str, Any]
    sent: Sequence[Mapping[str, Any]]


def _reminder(profile: Mapping[str, Any], inbox: Inbox, on: Switches, now: float) -> _Push | None:
    """About what somebody has not seen who talked with others a few days ago."""
    reminded_at: float | None = profile.get("reminded_at")
    if not on.inactive or (reminded_at is not None and now - reminded_at <= WEEK) or not inbox.has_unseen:
        return None
    unseen = {each.id: each for each in inbox.newest()}
    reminded: list[str] = profile.get("reminded", [])
    due = reminders.messages_to_remind(inbox.last_sent_at(), unseen, reminded, reminded_at, now)
    if not due:
        return None
    newest = unseen[due[0]]
    push = outbox.push(
        now,
        user=profile["id"],
        alert=texts.message_push(newest.sender, is_group=newest.is_group),
        data={"uuid": newest.guid, "conversation_id": newest.membership},
        event="message_reminder",
    )
    return _Push({"reminded_at": now, "reminded": [*due, *reminded][:_REMINDED_KEPT]}, [push])


def _call_back(profile: Mapping[str, Any], inbox: Inbox, on: Switches, now: float) -> _Push | None:
    """The next level of the track that somebody is on, or the first of one."""
    if not on.reactivation:
        return None
    step = tracks.due(_active_at(profile), _reactivation(profile), now, video_waits=inbox.has_video)
    if step is None:
        return None
    push = outbox.push(now, user=profile["id"], alert=step.level.text, event="reengage")
    return _Push({"track": tracks.taken(step, now)._asdict()}, [push])


def _email(address: str, newest: Unseen, now: float, link: str) -> Mapping[str, Any]:
    subject, text = texts.unseen_subject(newest.sender), texts.unseen_email(newest.sender, link)
    return outbox.email(now, to=address, subject=subject, text=text, event="message_email")


def _next_look(profile: Mapping[str, Any], inbox: Inbox, on: Switches, now: float) -> float:
    is_recent = now - _active_at(profile) < _LOOKED_AT_DAILY
    moments = [now + (DAY if is_recent else WEEK)]
    if on.reactivation:
        moments.append(tracks.next_step(_active_at(profile), _reactivation(profile), video_waits=inbox.has_video).at)
    return _in_daytime(profile, _earliest(moments, now))


def _earliest(moments: Iterable[float], now: float) -> float:
    return min(each for each in moments if each > now)


def _in_daytime(profile: Mapping[str, Any], moment: float) -> float:
    return phones.next_daytime(profile["phone"], moment)


def _active_at(profile: Mapping[str, Any]) -> float:
    active_at: float = profile.get("last_active_at", profile["verified_at"])
    return active_at


def _reactivation(profile: Mapping[str, Any]) -> Reactivation | None:
    on = profile.get("track")
    return Reactivation(Track(on["track"]), on["level"], on["pushed_at"]) if on else None
