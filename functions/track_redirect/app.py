"""GET and HEAD /track/{id or slug}: count a click and send the browser on.

A browser never sees an error: whatever goes wrong, it gets a redirect. At most one read (campaigns are remembered for
30 s) and one write per request; one more write when the campaign has `max_clicks`, and once a day for the key that
visitors are hashed with. Imports no boto3: see signpost/tracking/redirect/dynamodb_client.py.
"""

import os
import time
from typing import Any, NamedTuple

from signpost.platform import jsonlog, settings
from signpost.platform.http import Event, Reply, redirect
from signpost.platform.http import headers as request_headers
from signpost.tracking import clicks, platforms
from signpost.tracking.hours import day_of, hour_of
from signpost.tracking.redirect import destinations, dynamodb_client
from signpost.tracking.redirect.store import RedirectStore


class Settings(NamedTuple):
    campaigns_table: str
    clicks_table: str
    click_buckets: int
    click_retention_days: int
    click_budget_ms: int
    fallback_url: str


SETTINGS = settings.load(Settings, os.environ)
LAYOUT = clicks.ClickLayout(SETTINGS.click_buckets, SETTINGS.click_retention_days)
STORE = RedirectStore(
    dynamodb_client.from_environment(), SETTINGS.campaigns_table, SETTINGS.clicks_table, SETTINGS.click_budget_ms / 1000
)


def follow(event: Event, now: float) -> str:
    """Where to. Counts the click on the way, unless this is a HEAD or leads nowhere."""
    key = event["rawPath"].removeprefix("/track").strip("/")
    query = event.get("queryStringParameters") or {}
    named = query.get("platform")
    if not destinations.may_exist(key) or (named is not None and named not in platforms.PLATFORMS):
        return SETTINGS.fallback_url
    destination = STORE.destination(key)
    if destination is None or (destination.expires_at is not None and now >= destination.expires_at):
        return SETTINGS.fallback_url
    headers = request_headers(event)
    platform = named or platforms.detect(headers.get("sec-ch-ua-platform", ""), headers.get("user-agent", ""))
    http = event["requestContext"]["http"]
    if http["method"] == "GET":
        click = clicks.from_headers(platform, headers, query.get("src", ""))
        if not click.private and (key := STORE.visitor_key(day_of(hour_of(now)))):
            click = click._replace(visitor=clicks.visitor(key, http["sourceIp"], click.agent))
        if not count(destination, click, now):
            return SETTINGS.fallback_url
    return destinations.location(destination, platform, event["rawQueryString"])


def count(destination: destinations.Destination, click: clicks.Click, now: float) -> bool:
    """Store the click, or spill it: a log line that `make replay` stores later. False when the campaign is used up."""
    limit = destination.max_clicks
    item = clicks.item(destination.campaign_id, click._replace(limited=limit is not None), now, LAYOUT)
    if limit is not None and "bot" not in item and not STORE.take(destination.campaign_id, limit, str(item["click"])):
        return False
    try:
        STORE.add_click(item)
    except dynamodb_client.DynamoDBError as error:
        jsonlog.count("ClicksSpilled", "ERROR", "click spilled", click=item, reason=error.code)
    return True


def handler(event: dict[str, Any], _context: object) -> Reply:
    try:
        target = follow(event, time.time())
    except Exception as error:  # noqa: BLE001  (the rule of this function: a browser never sees an error)
        jsonlog.failure("redirect failed", error)
        target = SETTINGS.fallback_url
    return redirect(307, target, destinations.HEADERS)
