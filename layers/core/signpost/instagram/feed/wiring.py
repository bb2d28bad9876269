"""Builds the feeds."""

from typing import NamedTuple

import requests

from signpost.instagram.apps.store import AppStore
from signpost.instagram.feed.apps import FeedApps
from signpost.instagram.feed.files import StoredPictures
from signpost.instagram.feed.graph_feeds import GraphFeeds
from signpost.instagram.feed.legacy_client import LegacyClient
from signpost.instagram.feed.legacy_feeds import LegacyFeeds
from signpost.instagram.feed.replies import FeedReplies
from signpost.instagram.feed.serving import FeedServing
from signpost.instagram.feed.store import FeedStore
from signpost.instagram.fetch.hashtag_store import HashtagStore
from signpost.instagram.install_store import InstallStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.queue import MessageQueue
from signpost.platform.settings import listed


class Settings(NamedTuple):
    apps_table: str
    installs_table: str
    media_table: str
    hashtags_table: str
    media_bucket: str
    media_fetch_queue: str
    return_hosts: str
    public_url: str = ""  # empty: the API's own address
    legacy_feed_url: str = ""


class Feeds(NamedTuple):
    replies: FeedReplies
    pictures: StoredPictures
    public_url: str


def build(settings: Settings, *, clock: Clock = system_clock, session: requests.Session | None = None) -> Feeds:
    """`session`: for the legacy source."""
    dynamodb = aws.dynamodb()
    posts = FeedStore(dynamodb, settings.media_table)
    hashtags = HashtagStore(dynamodb, settings.hashtags_table)
    fetch_queue = MessageQueue(aws.sqs(), settings.media_fetch_queue)
    legacy = LegacyClient(session or requests.Session(), settings.legacy_feed_url)
    apps = FeedApps(AppStore(dynamodb, settings.apps_table), InstallStore(dynamodb, settings.installs_table), clock)
    serving = FeedServing(
        GraphFeeds(posts, hashtags, fetch_queue, clock),
        LegacyFeeds(posts, legacy, clock),
        clock,
    )
    replies = FeedReplies(apps, serving, listed(settings.return_hosts))
    return Feeds(replies, StoredPictures(aws.s3, settings.media_bucket), settings.public_url)
