"""What a day's sweep does about an install. All times are seconds since 1970; days are in UTC.

Two things end: the token (after 60 days, as Meta's reply says) and, with Facebook Login, access to the person's data
(after 90 days), which only the person can renew. The earlier end counts. Where a server can refresh the token, it does;
otherwise the owner gets an e-mail 10 days ahead and another when it is too late, each once.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from signpost.instagram.connection_states import DAY, MAY_HEAL, SOON, WARN_BEFORE, ConnectionState
from signpost.instagram.installs import Install
from signpost.instagram.products import Provider
from signpost.instagram.scopes import REQUIRED_SCOPES
from signpost.platform.clock import rfc3339

REFRESH_AFTER: Final = DAY  # Meta refuses to refresh a younger token
REFRESH_BEFORE: Final = 20 * DAY
_CATCH_UP_DAYS: Final = 90
_GIVE_UP_AFTER: Final = 30 * DAY  # on an install whose owner has no e-mail address


class Step(StrEnum):
    REFRESH = "refresh"
    FIRST_EMAIL = "first_email"
    MARK_EXPIRED = "mark_expired"
    SECOND_EMAIL = "second_email"
    PERMISSION_EMAIL = "permission_email"
    MISSING_EMAIL = "missing_email"


class Stamp(NamedTuple):
    """Attributes of an install: when all owners had been sent the e-mail, and SES's id of the last one."""

    sent_at: str
    last_id: str


STAMPS: Final = {
    Step.FIRST_EMAIL: Stamp("first_verify_email_sent_at", "first_email_id"),
    Step.SECOND_EMAIL: Stamp("second_verify_email_sent_at", "second_email_id"),
    Step.PERMISSION_EMAIL: Stamp("permission_email_sent_at", "permission_email_id"),
    Step.MISSING_EMAIL: Stamp("missing_email_sent_at", "missing_email_id"),
}


def steps(install: Install, now: float, *, refresh_failed: bool = False) -> tuple[Step, ...]:
    """What to do now, in this order; for most installs nothing.

    When the REFRESH fails, call this again with `refresh_failed`: then an e-mail may be due.
    A person who removed the app wanted the connection to end, and gets no e-mail.
    """
    if install.state is ConnectionState.REVOKED:
        return ()
    end = install.ends_at
    if install.state is ConnectionState.EXPIRED or (end is not None and end <= now):
        return _when_expired(install)
    refreshable = not refresh_failed and may_refresh(install, now)
    # A refresh moves the end of the token, not of the data access.
    fixed_end = install.data_access_expires_at if refreshable else end
    warn = fixed_end is not None and fixed_end - now <= WARN_BEFORE and install.first_verify_email_sent_at is None
    refused = install.state is ConnectionState.PERMISSION_MISSING and install.permission_email_sent_at is None
    missing = install.state is ConnectionState.ACCOUNT_MISSING and install.missing_email_sent_at is None
    wanted = {
        Step.REFRESH: refreshable,
        Step.FIRST_EMAIL: warn,
        Step.PERMISSION_EMAIL: refused,
        Step.MISSING_EMAIL: missing,
    }
    return tuple(step for step, due in wanted.items() if due)


def follows_from_an_answer(email: Step, install: Install, now: float) -> bool:
    """Whether an e-mail is due because of Meta's response, not because of a known expiry."""
    died_early = install.ends_at is None or install.ends_at > now
    return email is not Step.FIRST_EMAIL and died_early


def may_refresh(install: Install, now: float) -> bool:
    """Whether the token is due for a refresh that could succeed: older than 24 hours, with fewer than 20 days left.

    Meta refreshes `instagram` tokens only with the basic scope. For `facebook` it may refuse.
    """
    if install.expires_at is None or not 0 < install.expires_at - now < REFRESH_BEFORE:
        return False
    allowed = install.provider is Provider.FACEBOOK or set(REQUIRED_SCOPES[Provider.INSTAGRAM]) <= {*install.scopes}
    return allowed and now - install.issued_at >= REFRESH_AFTER


def next_check_day(install: Install, now: float) -> str | None:
    """The day of the next sweep, after today's, that may have something to do; None: there will never be anything.

    Tomorrow, as long as something is left: a refresh that failed, an e-mail without a recipient, another check of an
    account that cannot be read.
    """
    if install.state is ConnectionState.REVOKED:
        return None
    end = install.ends_at
    if install.state is ConnectionState.EXPIRED:
        ended = install.issued_at if end is None else end
        done = install.second_verify_email_sent_at is not None or now - ended > _GIVE_UP_AFTER
        return None if done else day_of(now + DAY)
    if steps(install, now) or install.state in MAY_HEAL:
        return day_of(now + DAY)
    moments = [] if end is None else [end - WARN_BEFORE, end]
    if install.expires_at is not None:
        moments.append(max(install.expires_at - REFRESH_BEFORE, install.issued_at + REFRESH_AFTER))
    ahead = min((moment for moment in moments if moment >= now), default=None)
    return None if ahead is None else max(day_of(ahead), day_of(now + DAY))


def day_of(moment: float) -> str:
    """The UTC day that installs are indexed by, such as `2026-11-21`."""
    return rfc3339(moment)[:10]


def sweep_days(now: float) -> Iterator[str]:
    """The days whose installs a sweep checks: today, and the 90 days before, in case a sweep was missed."""
    yield SOON
    yield from (day_of(now - ago * DAY) for ago in range(_CATCH_UP_DAYS + 1))


def _when_expired(install: Install) -> tuple[Step, ...]:
    mark = (Step.MARK_EXPIRED,) if install.state is not ConnectionState.EXPIRED else ()
    mail = (Step.SECOND_EMAIL,) if install.second_verify_email_sent_at is None else ()
    return (*mark, *mail)
