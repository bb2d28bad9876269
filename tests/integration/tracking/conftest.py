from collections.abc import Callable, Iterator
from types import ModuleType
from typing import TYPE_CHECKING

import boto3
import pytest

from signpost.platform import aws
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicks import ClickLayout
from signpost.tracking.counting.click_store import ClickStore
from signpost.tracking.counting.rollup import Rollup
from signpost.tracking.counting.store import CountStore
from signpost.tracking.redirect.dynamodb_client import Client, Endpoint, credentials_from_environment
from tests.aws import Aws, empty
from tests.integration.conftest import Handlers
from tests.integration.tracking.callers import Administrator, Redirect
from tests.integration.tracking.world import LAYOUT, World
from tests.logs import logged_by

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

TABLES = ("Campaigns", "Clicks", "ClickCounts")


@pytest.fixture(scope="session")
def dynamodb(signpost_application: object) -> "DynamoDBServiceResource":
    return boto3.resource("dynamodb")


@pytest.fixture
def tables(dynamodb: "DynamoDBServiceResource") -> "DynamoDBServiceResource":
    """The tracking tables, empty."""
    empty(*TABLES)
    return dynamodb


@pytest.fixture
def lean_client(tables: object, data: Aws) -> Callable[[], Client]:
    """Makes clients of the redirect's own kind, each with a connection of its own."""
    environment = data.http_environment
    return lambda: Client(Endpoint.from_environment(environment), credentials_from_environment(environment))


@pytest.fixture
def counts(tables: object) -> CountStore:
    return CountStore(aws.dynamodb(), "ClickCounts")


@pytest.fixture
def campaigns(tables: object) -> CampaignStore:
    return CampaignStore(aws.dynamodb(), "Campaigns")


@pytest.fixture
def clicks(tables: object) -> ClickStore:
    return ClickStore(aws.dynamodb(), "Clicks")


@pytest.fixture
def track_redirect(tables: object, handlers: Handlers) -> Iterator[ModuleType]:
    module = handlers("track_redirect")
    yield module
    module.STORE._client.close()


@pytest.fixture
def campaign_admin(tables: object, handlers: Handlers) -> ModuleType:
    return handlers("campaign_admin")


@pytest.fixture
def campaign_stats(tables: object, handlers: Handlers) -> ModuleType:
    return handlers("campaign_stats")


@pytest.fixture
def click_rollup(tables: object, handlers: Handlers) -> ModuleType:
    return handlers("click_rollup")


@pytest.fixture
def layout() -> ClickLayout:
    """How clicks are laid out."""
    return LAYOUT


@pytest.fixture
def world(tables: "DynamoDBServiceResource", counts: CountStore, clicks: ClickStore, layout: ClickLayout) -> World:
    return World(tables.Table("Clicks"), counts, clicks, layout)


@pytest.fixture
def redirect(
    track_redirect: ModuleType,
    world: World,
    campaigns: CampaignStore,
    monkeypatch: pytest.MonkeyPatch,
) -> Redirect:
    return Redirect(track_redirect, world, campaigns, monkeypatch)


@pytest.fixture
def rollup(click_rollup: ModuleType, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setattr(click_rollup, "Rollup", lambda shard, store: Rollup(shard, store, lambda: world.now))
    with logged_by(click_rollup.logger):
        yield click_rollup


@pytest.fixture
def admin(
    campaign_admin: ModuleType,
    context: object,
    tables: "DynamoDBServiceResource",
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Administrator]:
    with logged_by(campaign_admin.logger):
        yield Administrator(campaign_admin, context, tables.Table("Campaigns"), monkeypatch)
