"""Builds the reports."""

import time
from typing import NamedTuple

from signpost.analytics.access import Access
from signpost.analytics.directory import Directory
from signpost.analytics.member_store import MemberStore
from signpost.analytics.reports.answers import Answers
from signpost.analytics.reports.api import ADDRESS, ReportApi
from signpost.analytics.reports.memory import Memory
from signpost.analytics.snapshot_files import SnapshotFiles
from signpost.instagram.readings import Readings
from signpost.platform import aws, guards
from signpost.platform.cache import Cache
from signpost.platform.clock import Clock, system_clock

USERNAMES_SECONDS = 300.0


class Sources(NamedTuple):
    """What reports are read from."""

    members_table: str
    installs_table: str
    media_table: str
    snapshots_bucket: str


class Settings(NamedTuple):
    sources: Sources
    administrator: guards.Settings
    public_url: str = ""  # by default the API's own


def answers(sources: Sources, *, clock: Clock = system_clock) -> Answers:
    client = aws.dynamodb()
    members = MemberStore(client, sources.members_table)
    accounts = Readings(client, sources.installs_table, sources.media_table)
    return Answers(
        Directory(members, accounts),
        members,
        accounts,
        SnapshotFiles(aws.s3, sources.snapshots_bucket),
        Memory(clock),
        Cache(clock, seconds=USERNAMES_SECONDS, most=1),
        time.perf_counter,
    )


def build(settings: Settings, *, clock: Clock = system_clock) -> ReportApi:
    made = answers(settings.sources, clock=clock)
    guard = guards.administrator(settings.administrator, clock=clock)
    return ReportApi(made, Access(guard.check, made.directory, ADDRESS), guard.challenge, settings.public_url, clock)
