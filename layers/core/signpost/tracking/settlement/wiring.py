"""Builds the settlement of finished hours."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.platform import aws, guards
from signpost.platform.clock import Clock, system_clock
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicks import ClickLayout
from signpost.tracking.counting.click_store import ClickStore
from signpost.tracking.counting.store import CountStore
from signpost.tracking.settlement.recount import Settlement


class Settings(NamedTuple):
    campaigns_table: str
    clicks_table: str
    click_counts_table: str
    click_buckets: int
    click_retention_days: int
    administrator: guards.Settings


def build(
    settings: Settings,
    *,
    on_unreadable: Callable[..., object],
    clock: Clock = system_clock,
    clicks: ClickStore | None = None,
    counts: CountStore | None = None,
) -> tuple[Settlement, CampaignStore, guards.Guard]:
    client = aws.dynamodb()
    settlement = Settlement(
        clicks=clicks or ClickStore(client, settings.clicks_table),
        counts=counts or CountStore(client, settings.click_counts_table),
        layout=ClickLayout(settings.click_buckets, settings.click_retention_days),
        on_unreadable=on_unreadable,
        clock=clock,
    )
    campaigns = CampaignStore(client, settings.campaigns_table)
    return settlement, campaigns, guards.administrator(settings.administrator, clock=clock, acts_on_get=True)
