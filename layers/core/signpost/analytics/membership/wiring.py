"""Builds what routes about members need."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.analytics.access import Access
from signpost.analytics.directory import Directory
from signpost.analytics.export import wiring as exports
from signpost.analytics.member_store import MemberStore
from signpost.analytics.membership.admin import MemberAdmin
from signpost.analytics.membership.api import ADDRESS, WORKERS
from signpost.analytics.membership.member_imports import MemberImports
from signpost.analytics.membership.worker_control import WorkerControl
from signpost.instagram.commands import Commands
from signpost.instagram.readings import Readings
from signpost.platform import aws, guards
from signpost.platform.clock import Clock, system_clock
from signpost.platform.http import Event
from signpost.platform.ids import ulid
from signpost.platform.queue import MessageQueue
from signpost.platform.rate_limit import RateLimit


class Settings(NamedTuple):
    members_table: str
    installs_table: str
    media_table: str
    deletion_queue: str
    media_fetch_queue: str
    account_deletion_queue: str
    exports: exports.Settings
    administrator: guards.Settings


class Membership(NamedTuple):
    admin: MemberAdmin
    imports: MemberImports
    workers: WorkerControl


def build(
    settings: Settings, *, clock: Clock = system_clock, new_id: Callable[[float], str] = ulid
) -> tuple[Membership, guards.Guard]:
    client = aws.dynamodb()
    members = MemberStore(client, settings.members_table)
    accounts = Readings(client, settings.installs_table, settings.media_table)
    directory = Directory(members, accounts)
    commands = Commands(
        client,
        settings.installs_table,
        MessageQueue(aws.sqs(), settings.media_fetch_queue),
        MessageQueue(aws.sqs(), settings.account_deletion_queue),
        clock=clock,
    )
    limit = RateLimit(settings.administrator.rate_limits_table, client, clock)
    membership = Membership(
        MemberAdmin(members, accounts, directory, MessageQueue(aws.sqs(), settings.deletion_queue), clock),
        MemberImports(directory, exports.build(settings.exports, clock=clock, new_id=new_id), limit),
        WorkerControl(directory, commands),
    )
    return membership, _guard(settings.administrator, directory, clock)


def _guard(settings: guards.Settings, directory: Directory, clock: Clock) -> guards.Guard:
    reading = guards.administrator(settings, clock=clock)
    acting = guards.administrator(settings, clock=clock, acts_on_get=True)

    def administrator(event: Event) -> None:
        (acting if event["rawPath"].startswith(WORKERS) else reading).check(event)

    return guards.Guard(Access(administrator, directory, ADDRESS).check, reading.challenge)
