"""Builds the engagement sweep from its settings."""

from typing import Final, NamedTuple

from signpost.messaging import wiring
from signpost.messaging.engagement.store import EngagementStore
from signpost.messaging.engagement.sweep import ReportFailure, Sweep
from signpost.messaging.engagement.switches import switches
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Table

_OFF: Final = "off"


class Settings(NamedTuple):
    messaging_table: str
    phone_key_secret: str
    public_url: str
    welcome_username: str = ""
    welcome_conversations: str = _OFF
    invite_reminders: str = _OFF
    inactive_reminders: str = _OFF
    inactive_emails: str = _OFF
    reactivation: str = _OFF
    clean_up: str = _OFF


def build(settings: Settings, *, report: ReportFailure, clock: Clock = system_clock) -> Sweep:
    table = Table(aws.dynamodb(), settings.messaging_table, "The table of messages")
    on = switches(
        settings.welcome_conversations,
        settings.invite_reminders,
        settings.inactive_reminders,
        settings.inactive_emails,
        settings.reactivation,
        settings.clean_up,
    )
    store = EngagementStore(table, wiring.digests(settings.phone_key_secret, clock=clock))
    link = f"{settings.public_url.rstrip('/')}/download"
    return Sweep(store, on, link, settings.welcome_username.lower(), report, clock)
