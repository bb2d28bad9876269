"""Builds the reports."""

from typing import TYPE_CHECKING, NamedTuple

from signpost.platform import aws, csv_text, guards
from signpost.platform.clock import Clock, system_clock
from signpost.platform.downloads import IN_REPLY, Download
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.counting.click_store import ClickStore
from signpost.tracking.counting.store import CountStore
from signpost.tracking.readings import Readings
from signpost.tracking.reports.overall import AllReports
from signpost.tracking.reports.queries import Reports

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Settings(NamedTuple):
    campaigns_table: str
    clicks_table: str
    click_counts_table: str
    click_buckets: int
    exports_bucket: str
    administrator: guards.Settings
    public_url: str = ""  # by default the API's own


def build(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    client: "DynamoDBClient | None" = None,
    in_reply: int = IN_REPLY,
) -> tuple[Reports, guards.Guard]:
    client = client or aws.dynamodb()
    reports = Reports(
        campaigns=CampaignStore(client, settings.campaigns_table),
        counts=CountStore(client, settings.click_counts_table),
        clicks=ClickStore(client, settings.clicks_table),
        buckets=settings.click_buckets,
        open_download=lambda key, name: Download(
            aws.s3(), settings.exports_bucket, key, csv_text.TYPE, name, in_reply=in_reply
        ),
        clock=clock,
    )
    return reports, guards.administrator(settings.administrator, clock=clock)


def build_overall(
    settings: Settings, *, clock: Clock = system_clock, client: "DynamoDBClient | None" = None
) -> AllReports:
    client = client or aws.dynamodb()
    return AllReports(Readings(client, settings.campaigns_table, settings.click_counts_table), clock)
