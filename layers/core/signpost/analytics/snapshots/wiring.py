"""Builds the taking of snapshots."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.analytics.directory import Directory
from signpost.analytics.export import wiring as export
from signpost.analytics.member_store import MemberStore
from signpost.analytics.snapshot_files import SnapshotFiles
from signpost.analytics.snapshots.sources import Sources, host_of
from signpost.analytics.snapshots.taking import Schedule, Snapshots
from signpost.instagram.readings import Readings as InstagramReadings
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.ids import ulid
from signpost.platform.queue import MessageQueue
from signpost.tracking.readings import Readings as TrackingReadings


class Settings(NamedTuple):
    members_table: str
    installs_table: str
    media_table: str
    campaigns_table: str
    click_counts_table: str
    exports: export.Settings
    snapshots_bucket: str
    snapshot_queue: str
    link_url: str  # where tracked links begin


class Feature(NamedTuple):
    snapshots: Snapshots
    schedule: Schedule
    queue: MessageQueue


def build(settings: Settings, *, clock: Clock = system_clock, new_id: Callable[[float], str] = ulid) -> Feature:
    client = aws.dynamodb()
    members = MemberStore(client, settings.members_table)
    accounts = InstagramReadings(client, settings.installs_table, settings.media_table)
    sources = Sources(
        accounts,
        TrackingReadings(client, settings.campaigns_table, settings.click_counts_table),
        export.build(settings.exports, clock=clock),
        host_of(settings.link_url),
    )
    files = SnapshotFiles(aws.s3, settings.snapshots_bucket)
    queue = MessageQueue(aws.sqs(), settings.snapshot_queue)
    directory = Directory(members, accounts)
    return Feature(
        Snapshots(directory, members, files, sources, clock, new_id),
        Schedule(members, accounts, queue, clock),
        queue,
    )
