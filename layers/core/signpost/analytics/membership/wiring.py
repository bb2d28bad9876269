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


class Sources(NamedTuple):
    """What members are read from, and where what they ask for goes."""

    members_table: str
    installs_table: str
    media_table: str
    deletion_queue: str
    rate_limits_table: str
    exports: exports.Settings


class Members(NamedTuple):
    """Members as their API has them."""

    directory: Directory
    admin: MemberAdmin
    imports: MemberImports


class Membership(NamedTuple):
    admin: MemberAdmin
    imports: MemberImports
    workers: WorkerControl


def build(
    settings: Settings, *, clock: Clock = system_clock, new_id: Callable[[float], str] = ulid
) -> tuple[Membership, guards.Guard]:
    sources = Sources(
        settings.members_table,
        settings.installs_table,
        settings.media_table,
        settings.deletion_queue,
        settings.administrator.rate_limits_table,
        settings.exports,
    )
    members = build_members(sources, clock=clock, new_id=new_id)
    commands = Commands(
        aws.dynamodb(),
        settings.installs_table,
        MessageQueue(aws.sqs(), settings.media_fetch_queue),
        MessageQueue(aws.sqs(), settings.account_deletion_queue),
        clock=clock,
    )
    membership = Membership(members.admin, members.imports, WorkerControl(members.directory, commands))
    return membership, _guard(settings.administrator, members.directory, clock)


def build_members(sources: Sources, *, clock: Clock = system_clock, new_id: Callable[[float], str] = ulid) -> Members:
    client = aws.dynamodb()
    members = MemberStore(client, sources.members_table)
    accounts = Readings(client, sources.installs_table, sources.media_table)
    directory = Directory(members, accounts)
    return Members(
        directory,
        MemberAdmin(members, accounts, directory, MessageQueue(aws.sqs(), sources.deletion_queue), clock),
        MemberImports(
            directory,
            exports.build(sources.exports, clock=clock, new_id=new_id),
            RateLimit(sources.rate_limits_table, client, clock),
        ),
    )


def _guard(settings: guards.Settings, directory: Directory, clock: Clock) -> guards.Guard:
    reading = guards.administrator(settings, clock=clock)
    acting = guards.administrator(settings, clock=clock, acts_on_get=True)

    def administrator(event: Event) -> None:
        (acting if event["rawPath"].startswith(WORKERS) else reading).check(event)

    return guards.Guard(Access(administrator, directory, ADDRESS).check, reading.challenge)
