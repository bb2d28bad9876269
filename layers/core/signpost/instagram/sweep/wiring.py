"""Builds the sweep from its settings."""

from typing import NamedTuple

from signpost.instagram.sweep.rounds import Sweep
from signpost.instagram.sweep.store import DueStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.queue import MessageQueue


class Settings(NamedTuple):
    installs_table: str
    hashtags_table: str
    media_fetch_queue: str


def build(settings: Settings, *, clock: Clock = system_clock) -> Sweep:
    due = DueStore(aws.dynamodb(), settings.installs_table, settings.hashtags_table)
    return Sweep(due, MessageQueue(aws.sqs(), settings.media_fetch_queue), clock)
