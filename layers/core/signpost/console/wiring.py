"""Builds the console from what the contexts show of themselves."""

from typing import NamedTuple

from signpost.analytics.export import wiring as exports
from signpost.analytics.link_posts import wiring as link_posts
from signpost.analytics.membership import wiring as membership
from signpost.analytics.reports import wiring as account_reports
from signpost.console.accounts.pages import AccountPages
from signpost.console.conversations.pages import ConversationPages
from signpost.console.imports.pages import ImportPages
from signpost.console.links.pages import LinkPages
from signpost.console.members.pages import MemberPages
from signpost.console.operations.pages import OperationPages
from signpost.console.overview.pages import OverviewPages
from signpost.console.reports.pages import ReportPages
from signpost.console.session.keys import NO_KEYS, session_keys
from signpost.console.session.sessions import Sessions
from signpost.console.session.store import SessionStore
from signpost.console.site import Site
from signpost.instagram.app_secrets import login_keys
from signpost.instagram.apps import wiring as apps
from signpost.instagram.commands import Commands
from signpost.instagram.readings import Readings as InstagramReadings
from signpost.messaging.readings import Readings as MessagingReadings
from signpost.operation import commands as operation_commands
from signpost.operation import readings as operation_readings
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.metrics import count
from signpost.platform.queue import MessageQueue
from signpost.platform.rate_limit import RateLimit
from signpost.platform.secrets import CredentialsSecret, JsonSecret
from signpost.tracking.campaigns import wiring as campaigns
from signpost.tracking.readings import Readings as TrackingReadings
from signpost.tracking.reports import wiring as reports

_PATIENCE = 5.0  # seconds that a page waits for SQS and CloudWatch


class Settings(NamedTuple):
    reports: reports.Settings
    installs_table: str
    media_table: str
    apps_table: str
    members_table: str
    snapshots_bucket: str
    media_fetch_queue: str
    deletion_queue: str
    member_deletion_queue: str
    exports: exports.Settings
    parts_parameter: str
    messaging_table: str
    sessions_table: str
    session_key_secret: str
    login_key_secret: str
    migrate_apps: str = ""
    migrate_app_types: str = "socialFeed"
    public_url: str = ""  # empty: the address that the API has by itself


def build(settings: Settings, *, clock: Clock = system_clock, patience: float = _PATIENCE) -> Site:
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
    posts = link_posts.queries(
        link_posts.Sources(
            tracking.campaigns_table, tracking.click_counts_table, settings.installs_table, settings.media_table
        ),
        clock=clock,
        client=client,
    )
    operation = operation_readings.build(settings.parts_parameter, clock)
    queues = (MessageQueue(aws.sqs(), url) for url in (settings.media_fetch_queue, settings.deletion_queue))
    commands = Commands(client, settings.installs_table, *queues, clock=clock)
    shown_in = apps.build_accounts(
        apps.AccountSettings(
            settings.apps_table, settings.installs_table, settings.migrate_apps, settings.migrate_app_types
        ),
        clock=clock,
        client=client,
    )
    sessions = Sessions(
        CredentialsSecret(secrets, guard.admin_secret, clock).credentials,
        JsonSecret(secrets, settings.session_key_secret, session_keys, NO_KEYS, clock).value,
        SessionStore(client, settings.sessions_table),
        RateLimit(guard.rate_limits_table, client, clock),
        login_keys=JsonSecret(secrets, settings.login_key_secret, login_keys, NO_KEYS, clock).value,
        has_connection=accounts.has_connection,
        report_wrong=lambda: count("WrongPasswords", "administration"),
        clock=clock,
    )
    answers = account_reports.answers(
        account_reports.Sources(
            settings.members_table, settings.installs_table, settings.media_table, settings.snapshots_bucket
        ),
        clock=clock,
    )
    members = membership.build_members(
        membership.Sources(
            settings.members_table,
            settings.installs_table,
            settings.media_table,
            settings.member_deletion_queue,
            guard.rate_limits_table,
            settings.exports,
        ),
        clock=clock,
    )
    member_pages = MemberPages(members.admin)
    return Site(
        sessions,
        OverviewPages(clicks, accounts, operation, member_pages, posts, patience),
        LinkPages(clicks, admin, made_reports, accounts, posts),
        AccountPages(accounts, clicks, commands, shown_in, answers),
        ReportPages(answers, accounts),
        OperationPages(
            operation, operation_commands.build(settings.parts_parameter, clock), accounts, clicks, patience
        ),
        ImportPages(members.directory, members.imports),
        member_pages,
        ConversationPages(MessagingReadings(client, settings.messaging_table), operation, patience),
        settings.public_url,
        clock,
    )
