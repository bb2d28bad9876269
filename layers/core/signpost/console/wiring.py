"""Builds the console from what the contexts show of themselves."""

from typing import NamedTuple

from signpost.analytics.reports import wiring as account_reports
from signpost.console.accounts.pages import AccountPages
from signpost.console.links.pages import LinkPages
from signpost.console.overview.pages import OverviewPages
from signpost.console.reports.pages import ReportPages
from signpost.console.session.keys import NO_KEYS, session_keys
from signpost.console.session.sessions import Sessions
from signpost.console.session.store import SessionStore
from signpost.console.site import Site
from signpost.instagram.readings import Readings as InstagramReadings
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.metrics import count
from signpost.platform.rate_limit import RateLimit
from signpost.platform.secrets import CredentialsSecret, JsonSecret
from signpost.tracking.campaigns import wiring as campaigns
from signpost.tracking.readings import Readings as TrackingReadings
from signpost.tracking.reports import wiring as reports


class Settings(NamedTuple):
    reports: reports.Settings
    installs_table: str
    media_table: str
    sessions_table: str
    session_key_secret: str
    members_table: str
    snapshots_bucket: str
    public_url: str = ""  # empty: the address that the API has by itself


def build(settings: Settings, *, clock: Clock = system_clock) -> Site:
    client, secrets, tracking = aws.dynamodb(), aws.secretsmanager(), settings.reports
    guard = tracking.administrator
    admin, _ = campaigns.build(
        campaigns.Settings(
            tracking.campaigns_table,
            tracking.clicks_table,
            tracking.click_counts_table,
            tracking.click_buckets,
            guard,
            settings.public_url,
        ),
        clock=clock,
        client=client,
    )
    made_reports, _ = reports.build(tracking, clock=clock, client=client)
    clicks = TrackingReadings(client, tracking.campaigns_table, tracking.click_counts_table)
    accounts = InstagramReadings(client, settings.installs_table, settings.media_table)
    sessions = Sessions(
        CredentialsSecret(secrets, guard.admin_secret, clock).credentials,
        JsonSecret(secrets, settings.session_key_secret, session_keys, NO_KEYS, clock).value,
        SessionStore(client, settings.sessions_table),
        RateLimit(guard.rate_limits_table, client, clock),
        report_wrong=lambda: count("WrongPasswords", "administration"),
        clock=clock,
    )
    return Site(
        sessions,
        OverviewPages(clicks, accounts),
        LinkPages(clicks, admin, made_reports, accounts),
        AccountPages(accounts),
        ReportPages(
            account_reports.answers(
                account_reports.Sources(
                    settings.members_table, settings.installs_table, settings.media_table, settings.snapshots_bucket
                ),
                clock=clock,
            ),
            accounts,
        ),
        settings.public_url,
        clock,
    )
