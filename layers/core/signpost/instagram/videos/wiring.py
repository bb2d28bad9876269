"""Builds the redirects to videos."""

from collections.abc import Callable
from typing import Final, NamedTuple

import requests

from signpost.instagram.app_secrets import MetaApps
from signpost.instagram.cipher import TokenCipher
from signpost.instagram.graph import wiring as graph
from signpost.instagram.install_store import InstallStore
from signpost.instagram.pause_store import PauseStore
from signpost.instagram.products import GraphSettings
from signpost.instagram.videos.serving import Videos
from signpost.instagram.videos.store import VideoStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock

# One call to Meta, because somebody is waiting for a video.
_TIMEOUTS: Final = GraphSettings(connect_timeout=1.5, read_timeout=5.0)


class Settings(NamedTuple):
    installs_table: str
    media_table: str
    token_key: str
    graph: graph.Settings


def build(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    apps: Callable[[], MetaApps] | None = None,
    session: requests.Session | None = None,
) -> Videos:
    client = aws.dynamodb()
    installs = InstallStore(client, settings.installs_table)
    return Videos(
        store=VideoStore(client, settings.media_table),
        installs=installs,
        pauses=PauseStore(installs),
        cipher=TokenCipher(aws.kms(), settings.token_key),
        graphs=graph.build(settings.graph, defaults=_TIMEOUTS, apps=apps, session=session),
        clock=clock,
    )
