"""Builds the fetch from its settings."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import requests

from signpost.instagram.app_secrets import MetaApps
from signpost.instagram.apps.install_apps_store import InstallAppsStore
from signpost.instagram.call_count_store import CallCountStore
from signpost.instagram.cipher import TokenCipher
from signpost.instagram.fetch.collaborators import Collaborators
from signpost.instagram.fetch.hashtag_store import HashtagStore
from signpost.instagram.fetch.import_store import ImportStore
from signpost.instagram.fetch.imports import Imports
from signpost.instagram.fetch.media_fetch import MediaFetch
from signpost.instagram.fetch.media_store import MediaStore
from signpost.instagram.fetch.opening_store import OpeningStore
from signpost.instagram.fetch.picture_files import PictureFiles
from signpost.instagram.fetch.sync_store import SyncStore
from signpost.instagram.graph import wiring as graph
from signpost.instagram.health_store import HealthStore
from signpost.instagram.install_store import InstallStore
from signpost.instagram.pause_store import PauseStore
from signpost.instagram.products import Provider
from signpost.instagram.refused_store import RefusedStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock, time_left
from signpost.platform.event_bus import EventBus
from signpost.platform.ids import ulid
from signpost.platform.outbound import public_session
from signpost.platform.queue import MessageQueue
from signpost.platform.settings import listed


class Settings(NamedTuple):
    installs_table: str
    hashtags_table: str
    media_table: str
    imports_table: str
    apps_table: str
    media_bucket: str
    media_fetch_queue: str
    backfill_queue: str
    media_fetch_delay_seconds: int
    event_bus: str
    token_key: str
    picture_hosts: str
    graph: graph.Settings


def build(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    time_left: Callable[[float], Callable[[], bool]] = time_left,
    new_id: Callable[[float], str] = ulid,
    apps: Callable[[], MetaApps] | None = None,
    session: requests.Session | None = None,
) -> MediaFetch:
    client = aws.dynamodb()
    installs = InstallStore(client, settings.installs_table)
    hosts = listed(settings.picture_hosts)
    bus = EventBus(aws.events, settings.event_bus, "signpost.instagram")
    calls = Counter[Provider]()
    tools = Collaborators(
        installs=installs,
        pauses=PauseStore(installs),
        refused=RefusedStore(installs),
        health=HealthStore(installs),
        cipher=TokenCipher(aws.kms(), settings.token_key),
        graphs=graph.build(settings.graph, apps=apps, session=session, calls=calls),
        media=MediaStore(client, settings.media_table),
        imports=Imports(
            ImportStore(client, settings.imports_table), bus, InstallAppsStore(client, settings.apps_table)
        ),
        pictures=PictureFiles(aws.s3, settings.media_bucket, hosts, session or public_session()),
        bus=bus,
        calls=calls,
        call_counts=CallCountStore(installs),
        clock=clock,
        may_go_on=lambda: True,
    )
    return MediaFetch(
        tools=tools,
        openings=OpeningStore(installs, settings.graph.graph_version),
        syncs=SyncStore(installs),
        hashtags=HashtagStore(client, settings.hashtags_table),
        queue=MessageQueue(aws.sqs(), settings.media_fetch_queue),
        backfills=MessageQueue(aws.sqs(), settings.backfill_queue),
        hint_delay=settings.media_fetch_delay_seconds,
        time_left=time_left,
        new_id=new_id,
    )
