"""Builds what turns hints into fetches."""

from typing import NamedTuple

from signpost.instagram.hints.fetches import HintedFetches
from signpost.instagram.install_store import InstallStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.queue import MessageQueue


class Settings(NamedTuple):
    installs_table: str
    hints_queue: str
    media_fetch_queue: str
    media_fetch_delay_seconds: int


class HintFeature(NamedTuple):
    queue: MessageQueue  # where hints come from
    fetches: HintedFetches


def build(settings: Settings, *, clock: Clock = system_clock) -> HintFeature:
    fetches = HintedFetches(
        InstallStore(aws.dynamodb(), settings.installs_table),
        MessageQueue(aws.sqs(), settings.media_fetch_queue),
        settings.media_fetch_delay_seconds,
        clock,
    )
    return HintFeature(MessageQueue(aws.sqs(), settings.hints_queue), fetches)
