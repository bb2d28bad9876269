"""Builds what ends connections and erases people's data."""

import time
from collections.abc import Callable
from typing import NamedTuple

from signpost.instagram.deletion.store import DeletionStore
from signpost.instagram.erasure.store import ErasureStore, Places
from signpost.instagram.erasure.worker import Erasure
from signpost.instagram.install_store import InstallStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.event_bus import EventBus
from signpost.platform.queue import MessageQueue


class Settings(NamedTuple):
    installs_table: str
    deletion_queue: str
    event_bus: str
    places: Places


class ErasureFeature(NamedTuple):
    queue: MessageQueue  # where requests come from, and unfinished ones go
    erasure: Erasure


def build(
    settings: Settings, *, clock: Clock = system_clock, timer: Callable[[], float] = time.monotonic
) -> ErasureFeature:
    """`timer` gives seconds since some fixed moment."""
    dynamodb = aws.dynamodb()
    installs = InstallStore(dynamodb, settings.installs_table)
    erasure = Erasure(
        installs=installs,
        requests=DeletionStore(dynamodb, settings.installs_table),
        store=ErasureStore(installs, dynamodb, aws.s3, settings.places),
        bus=EventBus(aws.events, settings.event_bus, "signpost.instagram"),
        clock=clock,
        timer=timer,
    )
    return ErasureFeature(MessageQueue(aws.sqs(), settings.deletion_queue), erasure)
