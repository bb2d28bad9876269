"""Composes the e-mails about a connection, as HTML and as text, from `mail_templates`.

They name the account, what stops working and when, and contain one link, to our own login, since Meta's dialog
only works for a browser that has just requested it here. They contain no pictures and no tracking.
"""

from datetime import UTC, datetime
from typing import Final

from signpost.instagram.connection_states import DAY
from signpost.instagram.installs import Install
from signpost.instagram.login_links import login_address
from signpost.instagram.products import Provider
from signpost.instagram.tokens.steps import Step
from signpost.platform.pages import render
from signpost.platform.sending import Mail

_LONGEST_NAME: Final = 30  # characters of an Instagram username


def compose(
    email: Step, install: Install, now: float, public_url: str, app_id: str | None = None, *, connect: str = ""
) -> Mail:
    """The e-mail of a step, such as FIRST_EMAIL. `app_id`: the app to connect for; `connect`: its owner's proof."""
    end = install.ends_at
    account = f"@{_printable(install.instagram_account)}"
    values = {
        "account": account,
        "product": "Facebook" if install.provider is Provider.FACEBOOK else "Instagram",
        "end": None if end is None else date_and_time(end),
        "left": None if end is None else days_left(end - now),
        "has_ended": end is not None and end <= now,
        "is_data_access": end is not None and end == install.data_access_expires_at != install.expires_at,
        "address": login_address(public_url, install.provider, app_id, connect=connect),
        "button": f"Connect {account} again",
    }
    subject = {
        Step.FIRST_EMAIL: f"Reconnect {account[: 1 + _LONGEST_NAME]} by {'' if end is None else _day_and_month(end)}",
        Step.SECOND_EMAIL: f"{account[: 1 + _LONGEST_NAME]} is no longer connected",
        Step.PERMISSION_EMAIL: f"{account[: 1 + _LONGEST_NAME]} needs your permission",
        Step.MISSING_EMAIL: f"Instagram no longer shows us {account[: 1 + _LONGEST_NAME]}",
    }[email]
    template = f"instagram/tokens/mail_templates/{email.value.removesuffix('_email')}"
    text, html = (render(f"{template}.{kind}", values) for kind in ("txt", "html"))
    return Mail(subject, text, html)


def date_and_time(seconds: float) -> str:
    """Such as `1 December 2026, 15:00 UTC`, which reads the same in every country."""
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def days_left(seconds: float) -> str:
    """Such as `in 9 days`, counting whole days."""
    days = int(seconds // DAY)
    if days < 1:
        return "in less than a day"
    return "in 1 day" if days == 1 else f"in {days} days"


def _day_and_month(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return f"{at.day} {at:%B}"


def _printable(text: str) -> str:
    """Without line breaks and the like, which must not get into a subject."""
    return "".join(letter for letter in text if letter.isprintable())
