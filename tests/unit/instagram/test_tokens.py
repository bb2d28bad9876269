import pytest

from signpost.instagram.connection_states import DAY, ConnectionState, state_after
from signpost.instagram.graph.errors import TokenEnd
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.tokens.steps import Step, day_of, may_refresh, next_check_day, steps
from tests.installs import connected

NOW = 1_795_244_400.0  # 2026-11-21T07:00:00Z
BASIC = ("instagram_business_basic",)
FACEBOOK, INSTAGRAM = Provider.FACEBOOK, Provider.INSTAGRAM
REFRESH, FIRST, EXPIRED, SECOND = Step.REFRESH, Step.FIRST_EMAIL, Step.MARK_EXPIRED, Step.SECOND_EMAIL


def install(provider: Provider = INSTAGRAM, left: float | None = 60 * DAY, age: float = 40 * DAY) -> Install:
    """One whose token has `left` seconds to go."""
    expires_at = None if left is None else NOW + left
    return connected(provider, "1", "nora", NOW - age, expires_at=expires_at, scopes=BASIC)


@pytest.mark.parametrize("provider", list(Provider))
@pytest.mark.parametrize(
    ("left", "expected", "when_refresh_failed"),
    [
        (60 * DAY, (), ()),
        (20 * DAY + 1, (), ()),
        (20 * DAY, (), ()),
        (20 * DAY - 1, (REFRESH,), ()),
        (10 * DAY + 1, (REFRESH,), ()),
        (10 * DAY, (REFRESH,), (FIRST,)),
        (1, (REFRESH,), (FIRST,)),
        (0, (EXPIRED, SECOND), (EXPIRED, SECOND)),
        (-1, (EXPIRED, SECOND), (EXPIRED, SECOND)),
        (None, (), ()),
    ],
)
def test_a_token_is_refreshed_for_twenty_days_and_its_owner_hears_ten_days_ahead(
    provider: Provider, left: float | None, expected: tuple[Step, ...], when_refresh_failed: tuple[Step, ...]
) -> None:
    assert steps(install(provider, left), NOW) == expected
    assert steps(install(provider, left), NOW, refresh_failed=True) == when_refresh_failed


@pytest.mark.parametrize(("age", "expected"), [(DAY - 1, (FIRST,)), (DAY, (REFRESH,)), (DAY + 1, (REFRESH,))])
def test_a_token_younger_than_a_day_cannot_be_refreshed(age: float, expected: tuple[Step, ...]) -> None:
    assert steps(install(left=5 * DAY, age=age), NOW) == expected


def test_instagram_refreshes_only_with_the_basic_scope() -> None:
    without = install(left=15 * DAY)._replace(scopes=("instagram_business_manage_insights",))

    assert may_refresh(without, NOW) is False
    assert may_refresh(without._replace(provider=FACEBOOK), NOW) is True
    assert steps(without._replace(expires_at=NOW + 5 * DAY), NOW) == (FIRST,)


def test_each_email_is_sent_once() -> None:
    warned = install(left=5 * DAY)._replace(first_verify_email_sent_at=NOW - DAY)
    ended = install(left=-1)._replace(first_verify_email_sent_at=1.0)
    told = install(left=-5 * DAY)._replace(
        state=ConnectionState.EXPIRED, first_verify_email_sent_at=1.0, second_verify_email_sent_at=NOW - DAY
    )

    assert steps(warned, NOW, refresh_failed=True) == ()
    assert steps(ended, NOW) == (EXPIRED, SECOND)
    assert steps(told, NOW) == ()
    assert steps(told._replace(state=ConnectionState.ACTIVE), NOW) == (EXPIRED,)


@pytest.mark.parametrize(
    ("left", "access_left", "expected"),
    [
        (60 * DAY, 11 * DAY, ()),
        (60 * DAY, 10 * DAY, (FIRST,)),
        (None, 10 * DAY, (FIRST,)),
        (15 * DAY, 9 * DAY, (REFRESH, FIRST)),
        (9 * DAY, 60 * DAY, (REFRESH,)),
        (60 * DAY, 0, (EXPIRED, SECOND)),
    ],
)
def test_the_access_to_data_ends_too_and_no_refresh_helps(
    left: float | None, access_left: float, expected: tuple[Step, ...]
) -> None:
    assert steps(install(FACEBOOK, left)._replace(data_access_expires_at=NOW + access_left), NOW) == expected


def test_an_owner_who_removed_the_app_gets_no_email() -> None:
    for left in (5 * DAY, -5 * DAY):
        assert steps(install(left=left)._replace(state=ConnectionState.REVOKED), NOW) == ()


def test_the_owner_hears_immediately_of_a_token_that_died_early() -> None:
    assert steps(install(left=50 * DAY)._replace(state=ConnectionState.EXPIRED), NOW) == (SECOND,)


def test_a_missing_permission_is_mailed_once_and_stops_no_other_step() -> None:
    missing = install(left=15 * DAY)._replace(state=ConnectionState.PERMISSION_MISSING)

    assert steps(missing, NOW) == (REFRESH, Step.PERMISSION_EMAIL)
    assert steps(missing._replace(permission_email_sent_at=1.0), NOW) == (REFRESH,)
    assert steps(missing._replace(expires_at=NOW), NOW) == (EXPIRED, SECOND)
    assert steps(missing._replace(expires_at=NOW + 5 * DAY), NOW, refresh_failed=True) == (FIRST, Step.PERMISSION_EMAIL)


MORNING = 1_795_240_800.0  # 2026-11-21T06:00:00Z, when the sweep runs
TODAY, TOMORROW = "2026-11-21", "2026-11-22"


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (60 * DAY, "2026-12-31"),  # 20 days before its end it can be refreshed
        (21 * DAY, TOMORROW),
        (20 * DAY + 10 * 3600, TOMORROW),  # later today, when today's sweep is over
        (20 * DAY, TOMORROW),
        (15 * DAY, TOMORROW),  # a refresh that did not help is tried again
        (3600, TOMORROW),
        (None, None),
    ],
)
def test_the_next_sweep_that_has_something_to_do(left: float | None, expected: str | None) -> None:
    current = install(FACEBOOK, left=None if left is None else MORNING + left - NOW)

    assert next_check_day(current, MORNING) == expected


def test_one_that_cannot_be_refreshed_is_looked_at_ten_days_ahead_and_at_its_end() -> None:
    current = install(left=15 * DAY)._replace(scopes=())
    told = current._replace(first_verify_email_sent_at=NOW)

    assert next_check_day(current, NOW) == "2026-11-26"
    assert next_check_day(current, NOW + 5 * DAY) == "2026-11-27"  # the e-mail has nobody to go to yet
    assert next_check_day(told, NOW + 5 * DAY + 1) == "2026-12-06"
    assert next_check_day(told, NOW + 15 * DAY - 1) == "2026-12-07"
    assert next_check_day(told, NOW + 15 * DAY) == "2026-12-07"  # it has to be marked


def test_a_young_token_is_checked_when_it_can_be_refreshed() -> None:
    young = install(left=15 * DAY, age=3600)

    assert next_check_day(young, NOW) == TOMORROW
    assert next_check_day(young._replace(issued_at=NOW + 2 * DAY), NOW) == "2026-11-24"


def test_the_end_of_the_data_access_is_checked_too() -> None:
    current = install(FACEBOOK)._replace(data_access_expires_at=NOW + 12 * DAY)

    assert next_check_day(current, NOW) == "2026-11-23"
    assert next_check_day(current._replace(expires_at=None), NOW) == "2026-11-23"


def test_an_install_that_needs_nothing_more_is_not_checked() -> None:
    expired = install(left=-DAY)._replace(state=ConnectionState.EXPIRED)

    assert next_check_day(install()._replace(state=ConnectionState.REVOKED), NOW) is None
    assert next_check_day(expired._replace(second_verify_email_sent_at=NOW), NOW) is None
    assert next_check_day(expired, NOW) == TOMORROW
    assert next_check_day(expired, NOW + 29 * DAY) == "2026-12-21"
    assert next_check_day(expired, NOW + 30 * DAY) is None
    assert next_check_day(expired._replace(expires_at=None, issued_at=NOW - 31 * DAY), NOW) is None


@pytest.mark.parametrize("hour", range(24))
def test_a_sweep_that_follows_the_days_misses_nothing(hour: int) -> None:
    # Given a token of 60 days that no refresh helps
    current = install(FACEBOOK, left=60 * DAY, age=0)
    check_day: str | None = day_of(NOW)
    found: dict[Step, int] = {}

    # When it is swept at this hour of every day on which it is due, and what is sent is stamped
    for day in range(70):
        now = NOW + day * DAY + hour * 3600
        due = steps(current, now, refresh_failed=True)
        if check_day is None or check_day > day_of(now):
            assert due == ()
            continue
        assert not found.keys() & set(due)
        found |= dict.fromkeys(due, day)
        if FIRST in due:
            current = current._replace(first_verify_email_sent_at=now)
        if SECOND in due:
            current = current._replace(second_verify_email_sent_at=now, state=ConnectionState.EXPIRED)
        check_day = next_check_day(current, now)

    # Then each e-mail was due once, on the 50th and the 60th day, and nothing is left to do
    assert found == {FIRST: 50, EXPIRED: 60, SECOND: 60}
    assert check_day is None


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (None, ConnectionState.ACTIVE),
        (10 * DAY + 1, ConnectionState.ACTIVE),
        (10 * DAY, ConnectionState.EXPIRING),
        (1, ConnectionState.EXPIRING),
        (0, ConnectionState.EXPIRED),
    ],
)
def test_the_state_follows_the_time(left: float | None, state: ConnectionState) -> None:
    assert install(left=left).state_at(NOW) is state
    assert install(left=left)._replace(state=ConnectionState.EXPIRING).state_at(NOW) is state


@pytest.mark.parametrize(
    "state", [ConnectionState.EXPIRED, ConnectionState.REVOKED, ConnectionState.PERMISSION_MISSING]
)
def test_a_state_that_does_not_follow_from_time_stays(state: ConnectionState) -> None:
    assert install()._replace(state=state).state_at(NOW) is state


def test_a_removed_app_is_revoked_and_any_other_dead_token_expired() -> None:
    assert {reason: state_after(reason) for reason in TokenEnd} == dict.fromkeys(TokenEnd, ConnectionState.EXPIRED) | {
        TokenEnd.REVOKED: ConnectionState.REVOKED
    }


@pytest.mark.parametrize(
    ("moment", "day"),
    [(1_795_219_199.0, "2026-11-20"), (1_795_219_200.0, "2026-11-21"), (1_795_305_599.9, "2026-11-21")],
)
def test_days_are_utc_days(moment: float, day: str) -> None:
    assert day_of(moment) == day
