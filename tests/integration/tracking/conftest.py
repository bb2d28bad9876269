from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from types import ModuleType
from typing import TYPE_CHECKING

import boto3
import pytest

from signpost.platform import aws
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.clicks import ClickLayout
from signpost.tracking.counting.store import CountStore
from signpost.tracking.redirect.dynamodb_client import Client, Endpoint, credentials_from_environment
from tests.aws import Aws, empty
from tests.integration.conftest import Handlers
from tests.integration.tracking.callers import Administrator, Browser
from tests.integration.tracking.world import LAYOUT, World
from tests.logs import logged_by

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

TABLES = ("Campaigns", "Clicks", "ClickCounts", "VisitorKeys", "RateLimits")


@pytest.fixture(scope="session")
def dynamodb(signpost_application: object) -> "DynamoDBServiceResource":
    return boto3.resource("dynamodb")


@pytest.fixture
def tables(dynamodb: "DynamoDBServiceResource") -> "DynamoDBServiceResource":
    """The tracking tables, empty."""
    empty(*TABLES)
    return dynamodb


@pytest.fixture
def lean_client(tables: object, data: Aws) -> Callable[..., Client]:
    """Makes clients of the redirect's own kind, or a kind of it, each with a connection of its own."""
    environment = data.http_environment

    def make(kind: type[Client] = Client) -> Client:
        return kind(Endpoint.from_environment(environment), credentials_from_environment(environment))

    return make


@pytest.fixture
def counts(tables: object) -> CountStore:
    return CountStore(aws.dynamodb(), "ClickCounts")


@pytest.fixture
def campaigns(tables: object) -> CampaignStore:
    return CampaignStore(aws.dynamodb(), "Campaigns")


@pytest.fixture
def track_redirect(tables: object, handlers: Handlers) -> Iterator[ModuleType]:
    module = handlers("track_redirect")
    yield module
    module.REDIRECT.store._client.close()


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
def layout(request: pytest.FixtureRequest) -> ClickLayout:
    """How clicks are laid out. A file with fewer buckets, which take fewer calls to read, names their number."""
    return LAYOUT._replace(buckets=getattr(request.module, "BUCKETS", LAYOUT.buckets))


@pytest.fixture
def world(environment: Mapping[str, str], tables: "DynamoDBServiceResource", layout: ClickLayout) -> World:
    return World(environment, tables.Table("Clicks"), layout)


@pytest.fixture
def redirect_client(lean_client: Callable[[], Client]) -> Iterator[Client]:
    with closing(lean_client()) as client:
        yield client


@pytest.fixture
def browser(environment: Mapping[str, str], redirect_client: Client, world: World, campaigns: CampaignStore) -> Browser:
    return Browser(environment, redirect_client, world, campaigns)


@pytest.fixture
def admin(campaign_admin: ModuleType, context: object, tables: "DynamoDBServiceResource") -> Iterator[Administrator]:
    with logged_by(campaign_admin.observer.logger):
        yield Administrator(campaign_admin, context, tables.Table("Campaigns"))
