"""Builds the roll-up of the live counts."""

from typing import NamedTuple

from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.queue import MessageQueue
from signpost.tracking.counting.rollup import Rollup
from signpost.tracking.counting.store import CountStore


class Settings(NamedTuple):
    click_counts_table: str
    click_rollup_failures_queue: str


def build(settings: Settings, *, clock: Clock = system_clock, counts: CountStore | None = None) -> Rollup:
    return Rollup(
        counts or CountStore(aws.dynamodb(), settings.click_counts_table),
        MessageQueue(aws.sqs(), settings.click_rollup_failures_queue),
        clock,
    )
