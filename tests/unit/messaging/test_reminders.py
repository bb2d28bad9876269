"""Worked examples of who is reminded, welcomed and removed."""

import pytest

from signpost.messaging.engagement.reminders import (
    DAY,
    WEEK,
    Invite,
    invites_to_remind,
    is_email_due,
    is_welcome_due,
    may_be_removed,
    messages_to_remind,
)

NOW = 1_795_244_400.0


@pytest.mark.parametrize(
    ("sent_days_ago", "reminded_days_ago", "due"),
    [
        (7, None, True),
        (3, None, True),
        (10, None, True),
        (2.9, None, False),
        (10.1, None, False),
        (None, None, False),
        (7, 0, False),
        (7, 7, False),
        (7, 7.1, True),
    ],
)
def test_who_went_quiet_is_reminded_of_what_is_unseen(
    sent_days_ago: float | None, reminded_days_ago: float | None, due: bool
) -> None:
    sent = None if sent_days_ago is None else NOW - sent_days_ago * DAY
    reminded = None if reminded_days_ago is None else NOW - reminded_days_ago * DAY

    assert messages_to_remind(sent, ["m2", "m1"], (), reminded, NOW) == (["m2", "m1"] if due else [])
    assert messages_to_remind(sent, [], (), reminded, NOW) == []


def test_nobody_is_reminded_of_a_message_twice() -> None:
    sent, first = NOW - 3 * DAY, NOW

    again = NOW + 7 * DAY  # 10 days after the last one sent, a week after the reminder
    assert messages_to_remind(sent, ["m1"], (), None, first) == ["m1"]
    assert messages_to_remind(sent, ["m1"], {"m1"}, first, first) == []
    assert messages_to_remind(sent + 1, ["m2", "m1"], {"m1"}, first, again + 1) == ["m2"]
    assert messages_to_remind(sent + 1, ["m1"], {"m1"}, first, again + 1) == []


@pytest.mark.parametrize(
    ("active_days_ago", "emailed_days_ago", "has_unseen", "due"),
    [
        (14, None, True, True),
        (7.1, None, True, True),
        (7, None, True, False),
        (None, None, True, True),
        (14, None, False, False),
        (400, 300, True, False),
    ],
)
def test_an_email_is_sent_once_ever(
    active_days_ago: float | None, emailed_days_ago: float | None, has_unseen: bool, due: bool
) -> None:
    active = None if active_days_ago is None else NOW - active_days_ago * DAY
    emailed = None if emailed_days_ago is None else NOW - emailed_days_ago * DAY

    assert is_email_due(active, emailed, NOW, has_unseen=has_unseen) is due


def invite(name: str, days_ago: float) -> Invite:
    return Invite(name, "u1", None, NOW - days_ago * DAY)


def test_one_sms_reminds_of_all_invites_of_a_phone() -> None:
    newer, older, new = invite("newer", 3.1), invite("older", 40), invite("new", 3)

    assert invites_to_remind([newer, older, new], NOW, registered=False) == [older, newer]
    assert invites_to_remind([newer, older, new], NOW, registered=True) == []


def test_who_accepted_waits_or_was_reminded_is_left_alone() -> None:
    old = invite("old", 9)
    others = [old._replace(accepted=True), old._replace(waitlisted=True), old._replace(reminded_at=NOW - WEEK)]

    assert invites_to_remind(others, NOW, registered=False) == []


@pytest.mark.parametrize(
    ("hours_ago", "welcomed", "due"), [(23.9, False, False), (24, False, True), (24, True, False), (None, False, False)]
)
def test_a_welcome_comes_a_day_after_joining(hours_ago: float | None, welcomed: bool, due: bool) -> None:
    verified = None if hours_ago is None else NOW - hours_ago * 3600

    assert is_welcome_due(verified, NOW if welcomed else None, NOW) is due


@pytest.mark.parametrize(
    ("registered_days_ago", "verified_days_ago", "removed"),
    [(3, None, False), (3.1, None, True), (4000, 3999, False), (4000, 0, False)],
)
def test_only_who_never_verified_is_removed(
    registered_days_ago: float, verified_days_ago: float | None, removed: bool
) -> None:
    verified = None if verified_days_ago is None else NOW - verified_days_ago * DAY

    assert may_be_removed(NOW - registered_days_ago * DAY, verified, NOW) is removed
