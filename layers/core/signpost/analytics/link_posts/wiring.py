"""Builds what is known about posts and the links that they brought clicks on."""

from typing import TYPE_CHECKING, NamedTuple

from signpost.analytics.link_posts.queries import Queries
from signpost.instagram.readings import Readings as InstagramReadings
from signpost.platform import aws, guards
from signpost.platform.cache import Cache
from signpost.platform.clock import Clock, system_clock
from signpost.tracking.readings import Readings as TrackingReadings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_REMEMBERED = 60.0  # seconds
_ACCOUNTS = 10  # of 300 posts each


class Sources(NamedTuple):
    campaigns_table: str
    click_counts_table: str
    installs_table: str
    media_table: str


class Settings(NamedTuple):
    sources: Sources
    administrator: guards.Settings
    public_url: str = ""  # by default the API's own


def queries(sources: Sources, *, clock: Clock = system_clock, client: "DynamoDBClient | None" = None) -> Queries:
    client = client or aws.dynamodb()
    return Queries(
        TrackingReadings(client, sources.campaigns_table, sources.click_counts_table),
        InstagramReadings(client, sources.installs_table, sources.media_table),
        clock,
        Cache(clock, seconds=_REMEMBERED, most=_ACCOUNTS),
        Cache(clock, seconds=_REMEMBERED, most=_ACCOUNTS),
    )


def build(settings: Settings, *, clock: Clock = system_clock) -> tuple[Queries, guards.Guard]:
    return queries(settings.sources, clock=clock), guards.administrator(settings.administrator, clock=clock)
