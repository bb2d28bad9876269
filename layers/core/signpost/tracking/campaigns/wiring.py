"""Builds the campaign administration."""

from typing import TYPE_CHECKING, NamedTuple

from signpost.platform import aws, guards
from signpost.platform.clock import Clock, system_clock
from signpost.tracking.campaigns.admin import CampaignAdmin
from signpost.tracking.campaigns.earlier_clicks import EarlierClicks
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.counting.click_store import ClickStore
from signpost.tracking.counting.store import CountStore

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Settings(NamedTuple):
    campaigns_table: str
    clicks_table: str
    click_counts_table: str
    click_buckets: int
    administrator: guards.Settings
    public_url: str = ""  # by default the API's own


def build(
    settings: Settings, *, clock: Clock = system_clock, client: "DynamoDBClient | None" = None
) -> tuple[CampaignAdmin, guards.Guard]:
    client = client or aws.dynamodb()
    campaigns = CampaignStore(client, settings.campaigns_table)
    counts = CountStore(client, settings.click_counts_table)
    earlier = EarlierClicks(counts, ClickStore(client, settings.clicks_table), settings.click_buckets, clock)
    admin = CampaignAdmin(campaigns, counts, earlier, clock, settings.public_url)
    return admin, guards.administrator(settings.administrator, clock=clock)
