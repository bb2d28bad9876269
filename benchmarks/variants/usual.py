"""What the usual ways have in common: our rules, with boto3 in place of our own DynamoDB client.

The rules and the memory of campaigns are those of the redirect itself, so that the variants differ in nothing but the
framework and the client. boto3's low-level client takes DynamoDB's own JSON, and is the faster of its two.
"""

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from signpost.tracking import clicks, platforms
from signpost.tracking.hours import day_of, hour_of
from signpost.tracking.redirect import destinations
from signpost.tracking.redirect.errors import DynamoDBError
from signpost.tracking.redirect.store import RedirectStore, Tables

if TYPE_CHECKING:
    from signpost.tracking.redirect.dynamodb_client import Client

CONFIG = Config(connect_timeout=1, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2})
METHODS = {"GetItem": "get_item", "PutItem": "put_item", "UpdateItem": "update_item"}
FALLBACK_URL = os.environ["FALLBACK_URL"]
LAYOUT = clicks.ClickLayout(int(os.environ["CLICK_BUCKETS"]), int(os.environ["CLICK_RETENTION_DAYS"]))


class Boto3Client:
    """boto3, in place of the redirect's lean client."""

    def __init__(self) -> None:
        self.dynamodb = boto3.client("dynamodb", config=CONFIG)

    def call(self, operation: str, request: dict[str, Any], _budget: float) -> dict[str, Any]:
        try:
            reply: dict[str, Any] = getattr(self.dynamodb, METHODS[operation])(**request)
        except ClientError as error:
            raise DynamoDBError(error.response["Error"]["Code"]) from error
        except BotoCoreError as error:
            raise DynamoDBError("NoAnswer", str(error)) from error
        return reply


CLIENT = Boto3Client()
TABLES = Tables(os.environ["CAMPAIGNS_TABLE"], os.environ["CLICKS_TABLE"], os.environ["VISITOR_KEYS_TABLE"])
STORE = RedirectStore(cast("Client", CLIENT), TABLES, 0)


def follow(key: str, query: Mapping[str, str], raw_query: str, headers: Mapping[str, str], address: str) -> str:
    """Count the click and return the target. Campaigns with `max_clicks` are not measured."""
    now = time.time()
    named = query.get("platform")
    if not destinations.may_exist(key) or (named is not None and named not in platforms.PLATFORMS):
        return FALLBACK_URL
    destination = STORE.destination(key)
    if destination is None or (destination.expires_at is not None and now >= destination.expires_at):
        return FALLBACK_URL
    platform = named or platforms.detect(headers.get("sec-ch-ua-platform", ""), headers.get("user-agent", ""))
    click = clicks.from_headers(platform, headers, query.get("src", ""))
    if not click.private and (visitor_key := STORE.visitor_key(day_of(hour_of(now)))):
        click = click._replace(visitor=clicks.visitor(visitor_key, address, click.agent))
    STORE.add_click(clicks.item(destination.campaign_id, click, now, LAYOUT))
    return destinations.location(destination, platform, raw_query)
