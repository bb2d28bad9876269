"""Builds the backfill from its settings."""

from collections import Counter
from collections.abc import Callable
from typing import Final, NamedTuple

import requests

from signpost.instagram.app_secrets import MetaApps
from signpost.instagram.backfill.store import BackfillStore
from signpost.instagram.backfill.worker import Backfill
from signpost.instagram.call_count_store import CallCountStore
from signpost.instagram.cipher import TokenCipher
from signpost.instagram.fetch.collaborators import Collaborators
from signpost.instagram.fetch.jobs import FetchResult, Job
from signpost.instagram.fetch.media_fetch import RESERVE_SECONDS
from signpost.instagram.fetch.media_store import MediaStore
from signpost.instagram.fetch.picture_files import PictureFiles
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

_PAGE: Final = 50  # posts: an interrupted run looks at these again


class Settings(NamedTuple):
    installs_table: str
    media_table: str
    media_bucket: str
    backfill_queue: str
    event_bus: str
    token_key: str
    picture_hosts: str
    graph: graph.Settings


class BackfillFeature(NamedTuple):
    """`queue`: where the messages come from. `page`: how many posts to ask Meta for at a time."""

    tools: Collaborators
    store: BackfillStore
    queue: MessageQueue
    time_left: Callable[[float], Callable[[], bool]]
    new_id: Callable[[float], str]
    page: int = _PAGE

    def run(self, job: Job, seconds: float) -> FetchResult:
        """Do what a message asks for, within `seconds`. Raises what `Backfill.run` does."""
        tools = self.tools._replace(may_go_on=self.time_left(seconds - RESERVE_SECONDS))
        try:
            return Backfill(tools, self.store, self.page).run(job, self.new_id(tools.clock()), seconds)
        finally:
            tools.count_calls()


def build(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    time_left: Callable[[float], Callable[[], bool]] = time_left,
    new_id: Callable[[float], str] = ulid,
    apps: Callable[[], MetaApps] | None = None,
    session: requests.Session | None = None,
) -> BackfillFeature:
    client = aws.dynamodb()
    installs = InstallStore(client, settings.installs_table)
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
        imports=None,
        pictures=PictureFiles(
            aws.s3, settings.media_bucket, listed(settings.picture_hosts), session or public_session()
        ),
        bus=bus,
        calls=calls,
        call_counts=CallCountStore(installs),
        clock=clock,
        may_go_on=lambda: True,
    )
    queue = MessageQueue(aws.sqs(), settings.backfill_queue)
    return BackfillFeature(tools, BackfillStore(installs), queue, time_left, new_id)
