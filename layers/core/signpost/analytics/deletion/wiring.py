"""Builds the deletion of members."""

from typing import NamedTuple

from signpost.analytics.deletion.worker import MemberDeletion
from signpost.analytics.export import wiring as exports
from signpost.analytics.member_store import MemberStore
from signpost.analytics.snapshot_files import SnapshotFiles
from signpost.instagram.commands import Commands
from signpost.instagram.readings import Readings
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.queue import MessageQueue


class Settings(NamedTuple):
    members_table: str
    installs_table: str
    media_table: str
    snapshots_bucket: str
    deletion_queue: str
    exports: exports.Settings
    media_fetch_queue: str
    account_deletion_queue: str


class DeletionFeature(NamedTuple):
    queue: MessageQueue
    deletion: MemberDeletion


def build(settings: Settings, *, clock: Clock = system_clock) -> DeletionFeature:
    client = aws.dynamodb()
    queue = MessageQueue(aws.sqs(), settings.deletion_queue)
    deletion = MemberDeletion(
        members=MemberStore(client, settings.members_table),
        accounts=Readings(client, settings.installs_table, settings.media_table),
        commands=Commands(
            client,
            settings.installs_table,
            MessageQueue(aws.sqs(), settings.media_fetch_queue),
            MessageQueue(aws.sqs(), settings.account_deletion_queue),
            clock=clock,
        ),
        snapshots=SnapshotFiles(aws.s3, settings.snapshots_bucket),
        imports=exports.build(settings.exports, clock=clock),
        queue=queue,
        clock=clock,
    )
    return DeletionFeature(queue, deletion)
