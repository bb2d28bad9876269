"""Builds the redirect, without importing anything slow."""

from typing import NamedTuple

from signpost.platform.clock import Clock, system_clock
from signpost.tracking.clicks import ClickLayout
from signpost.tracking.redirect import dynamodb_client
from signpost.tracking.redirect.answers import Redirect
from signpost.tracking.redirect.store import RedirectStore, Tables


class Settings(NamedTuple):
    campaigns_table: str
    clicks_table: str
    visitor_keys_table: str
    click_buckets: int
    click_retention_days: int
    click_budget_ms: int  # for one call to DynamoDB, over both tries
    fallback_url: str
    edge_secret: str = ""


def build(settings: Settings, *, clock: Clock = system_clock, client: dynamodb_client.Client | None = None) -> Redirect:
    store = RedirectStore(
        client or dynamodb_client.from_environment(),
        Tables(settings.campaigns_table, settings.clicks_table, settings.visitor_keys_table),
        settings.click_budget_ms / 1000,
        clock,
    )
    layout = ClickLayout(settings.click_buckets, settings.click_retention_days)
    return Redirect(store, layout, settings.fallback_url, settings.edge_secret, clock)
