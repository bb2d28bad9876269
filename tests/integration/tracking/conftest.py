from collections.abc import Iterator
from types import ModuleType
from typing import TYPE_CHECKING

import boto3
import pytest

from signpost.platform import aws
from signpost.tracking.campaigns.store import CampaignStore
from signpost.tracking.counting.click_store import ClickStore
from signpost.tracking.counting.store import CountStore
from tests.integration.conftest import Handlers
from tests.integration.tracking.world import World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBServiceResource

TABLES = ("Campaigns", "Clicks", "ClickCounts")


@pytest.fixture
def tables(signpost_application: object) -> Iterator["DynamoDBServiceResource"]:
    """The tracking tables, empty."""
    dynamodb = boto3.resource("dynamodb")
    for name in TABLES:
        table = dynamodb.Table(name)
        keys = [key["AttributeName"] for key in table.key_schema]
        with table.batch_writer() as batch:
            # Read to the end first: a page has a megabyte, and what is deleted meanwhile is a page's last item.
            for page in list(dynamodb.meta.client.get_paginator("scan").paginate(TableName=name)):
                for item in page["Items"]:
                    batch.delete_item({key: item[key] for key in keys})
    yield dynamodb
    dynamodb.meta.client.close()


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
def world(tables: "DynamoDBServiceResource", counts: CountStore, clicks: ClickStore) -> World:
    return World(tables.Table("Clicks"), counts, clicks)
