"""When the engagement sweep looks at users and invites first."""

from signpost.messaging.engagement import schedule

NOW = 1_700_000_000.0


def test_somebody_new_has_three_days_to_verify() -> None:
    assert schedule.registered(7, NOW)["due_at"] == NOW + 3 * 86_400


def test_a_verified_user_is_looked_at_after_a_day_in_the_same_partition() -> None:
    assert schedule.verified(7, NOW) == {"due": schedule.registered(7, NOW)["due"], "due_at": NOW + 86_400}


def test_an_invite_is_looked_at_after_a_day() -> None:
    assert schedule.invited("ab12", NOW)["due_at"] == NOW + 86_400


def test_users_spread_over_all_partitions() -> None:
    assert {schedule.verified(user, NOW)["due"] for user in range(50)} == set(schedule.PARTITIONS)
