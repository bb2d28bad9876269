"""GET /instagram, feeds for website widgets, and GET /instagram/pictures/…, their pictures. HTTP API, open to all.

Reads InstagramApps, InstagramInstalls, Media and MediaFiles. For hashtags it writes to InstagramHashtags what is to be
polled and queues the first fetch; for accounts that are not connected it calls the legacy source and keeps copies.
An app and its accounts are remembered for a minute: then a feed is one Query. No validation library on this path.
"""

import os
from typing import Any, NamedTuple

import requests
from aws_lambda_powertools import Logger

from signpost.instagram.apps.store import AppStore
from signpost.instagram.feed.apps import FeedApps
from signpost.instagram.feed.files import PictureFiles
from signpost.instagram.feed.legacy_client import LegacyFeed
from signpost.instagram.feed.replies import FeedReplies, failure, picture_reply, refusal
from signpost.instagram.feed.serving import FeedServing
from signpost.instagram.feed.store import FeedStore
from signpost.instagram.feed.views import Addresses
from signpost.instagram.fetch.hashtag_store import HashtagStore
from signpost.instagram.install_store import InstallStore
from signpost.platform import aws, settings
from signpost.platform.clock import system_clock
from signpost.platform.errors import SignpostError
from signpost.platform.http import Reply, header
from signpost.platform.queue import MessageQueue


class Settings(NamedTuple):
    apps_table: str
    installs_table: str
    media_table: str
    hashtags_table: str
    media_bucket: str
    media_fetch_queue: str
    public_url: str
    return_hosts: str
    legacy_feed_url: str = ""


SETTINGS = settings.load(Settings, os.environ)
ADDRESSES = Addresses(SETTINGS.public_url)
APPS = FeedApps(
    AppStore(aws.dynamodb_json(), SETTINGS.apps_table),
    InstallStore(aws.dynamodb_json(), SETTINGS.installs_table),
    system_clock,
)
SERVING = FeedServing(
    FeedStore(aws.dynamodb(), SETTINGS.media_table),
    HashtagStore(aws.dynamodb_json(), SETTINGS.hashtags_table),
    MessageQueue(aws.sqs(), SETTINGS.media_fetch_queue),
    LegacyFeed(requests.Session(), SETTINGS.legacy_feed_url),
    addresses=ADDRESSES,
    clock=system_clock,
)
REPLIES = FeedReplies(APPS, SERVING, ADDRESSES, settings.listed(SETTINGS.return_hosts))
PICTURES = PictureFiles(aws.s3(), SETTINGS.media_bucket)
logger = Logger()


def feed(event: dict[str, Any]) -> Reply:
    query = event.get("queryStringParameters") or {}
    return REPLIES.feed(query, header(event, "origin"), header(event, "if-none-match"))


def preflight(event: dict[str, Any]) -> Reply:
    return REPLIES.preflight(event.get("queryStringParameters") or {}, header(event, "origin"))


def picture(event: dict[str, Any]) -> Reply:
    try:
        return picture_reply(PICTURES.get(event["pathParameters"]["proxy"]))
    except SignpostError as error:
        return refusal(error)


ROUTES = {
    "GET /instagram": feed,
    "OPTIONS /instagram": preflight,
    "GET /instagram/pictures/{proxy+}": picture,
}


def handler(event: dict[str, Any], context: Any) -> Reply:
    try:
        return ROUTES[event["routeKey"]](event)
    except Exception:
        logger.exception("unexpected error")
        return failure(context.aws_request_id)
