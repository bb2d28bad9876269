"""Builds what answers /status, /log and /stats."""

from typing import NamedTuple

import boto3
from aws_lambda_powertools import Logger

from signpost.analytics.readings import Readings as AnalyticsReadings
from signpost.instagram.readings import Readings as InstagramReadings
from signpost.messaging.readings import Readings as MessagingReadings
from signpost.operation import readings
from signpost.operation.status.answers import Looks, StatusAnswers
from signpost.operation.status.checks import Question
from signpost.operation.status.store_client import ask_bucket, ask_table
from signpost.platform import aws, guards
from signpost.platform.cache import Cache
from signpost.platform.clock import Clock, system_clock
from signpost.platform.rate_limit import RateLimit
from signpost.tracking.readings import Readings as TrackingReadings

_RECENT = 5.0  # seconds for which an answer is kept, however many ask
_SLOW = 60.0
_PATIENCE = 0.9
_NOBODY = "status"  # a key that no item has


class Settings(NamedTuple):
    parts_parameter: str
    administrator: guards.Settings
    campaigns_table: str
    clicks_table: str
    click_counts_table: str
    exports_bucket: str
    installs_table: str
    apps_table: str
    hashtags_table: str
    media_table: str
    imports_table: str
    media_bucket: str
    members_table: str
    export_imports_table: str
    export_files_bucket: str
    snapshots_bucket: str
    messaging_table: str


def build(settings: Settings, *, clock: Clock = system_clock, patience: float = _PATIENCE) -> StatusAnswers:
    dynamodb = aws.with_json_replies(boto3.client("dynamodb", config=aws.TABLE_CONFIG.merge(aws.QUICK_CONFIG)))
    s3 = boto3.client("s3", config=aws.QUICK_CONFIG.merge(aws.s3_style()))

    def table(name: str, *keys: str) -> Question:
        return lambda: ask_table(dynamodb, name, dict.fromkeys(keys, _NOBODY))

    def bucket(name: str) -> Question:
        return lambda: ask_bucket(s3, name)

    instagram = InstagramReadings(dynamodb, settings.installs_table, settings.media_table)
    tracking = TrackingReadings(dynamodb, settings.campaigns_table, settings.click_counts_table)
    looks = Looks(
        stores={
            "tracking": {
                "Campaigns": table(settings.campaigns_table, "key"),
                "Clicks": table(settings.clicks_table, "partition", "click"),
                "ClickCounts": table(settings.click_counts_table, "campaign", "period"),
                "Exports": bucket(settings.exports_bucket),
            },
            "instagram": {
                "InstagramInstalls": table(settings.installs_table, "key"),
                "InstagramApps": table(settings.apps_table, "app_id", "part"),
                "InstagramHashtags": table(settings.hashtags_table, "key"),
                "Media": table(settings.media_table, "owner", "item"),
                "Imports": table(settings.imports_table, "account", "post"),
                "MediaFiles": bucket(settings.media_bucket),
            },
            "analytics": {
                "Members": table(settings.members_table, "id"),
                "ExportImports": table(settings.export_imports_table, "member", "item"),
                "ExportFiles": bucket(settings.export_files_bucket),
                "ReportSnapshots": bucket(settings.snapshots_bucket),
            },
            "messaging": {"Messaging": table(settings.messaging_table, "pk", "sk")},
        },
        calls=instagram.api_calls,
        workers=instagram.synced_accounts,
        members=AnalyticsReadings(dynamodb, settings.members_table).member_counts,
        redirects=tracking.clicks_since,
        messaging=MessagingReadings(dynamodb, settings.messaging_table).totals,
    )
    return StatusAnswers(
        looks,
        readings.build(settings.parts_parameter, clock),
        guards.administrator(settings.administrator, clock=clock),
        RateLimit(settings.administrator.rate_limits_table, aws.dynamodb(), clock),
        lambda line, address: Logger().info("a client says", extra={"client": address, "line": line}),
        clock,
        Cache(clock, seconds=_RECENT, most=1),
        Cache(clock, seconds=_SLOW, most=2),
        patience,
    )
