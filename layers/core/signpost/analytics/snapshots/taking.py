"""Takes snapshots: writes a new object, moves the member's pointer to it, and deletes the older ones.

Messages come at least once, in any order and two at a time. The pointer only moves forward, so the run that began last
wins. Any other run, and one whose member is leaving meanwhile, deletes its own object again.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.analytics.errors import BadMember
from signpost.analytics.packed import pack
from signpost.analytics.snapshots.jobs import Job

if TYPE_CHECKING:
    from signpost.analytics.directory import Directory
    from signpost.analytics.member_store import MemberStore
    from signpost.analytics.snapshot_files import SnapshotFiles
    from signpost.analytics.snapshots.sources import Sources
    from signpost.instagram.readings import Install, Readings
    from signpost.platform.clock import Clock
    from signpost.platform.queue import MessageQueue

MAX_DELAY: Final = 900  # seconds over which the schedule's snapshots are spread
STALE: Final = 86_400  # seconds after which the schedule has a snapshot taken again
_INCOMPLETE: Final = ("waiting", "posts")  # phases of a first sync in which posts are missing


class Outcome(StrEnum):
    TAKEN = "taken"
    KNOWN = "known"  # a snapshot that was begun after the news has it
    INCOMPLETE = "incomplete"  # not all posts are stored yet
    LOST = "lost"  # a later one has the pointer, or the member left
    NOBODY = "nobody"  # there is no such member, or its account is not connected


class Snapshots(NamedTuple):
    """Methods raise `Unavailable` when a store does not answer."""

    directory: "Directory"
    members: "MemberStore"
    files: "SnapshotFiles"
    sources: "Sources"
    clock: "Clock"
    new_id: Callable[[float], str]

    def take(self, job: Job) -> Outcome:
        now = self.clock()
        try:
            member, installs = self.directory.find(job.member)
        except BadMember:
            self.files.erase(job.member)  # what a crash may have left of a member that was leaving
            return Outcome.NOBODY
        if not installs:
            return Outcome.NOBODY
        if job.at is not None and member.snapshot_at is not None and member.snapshot_at > job.at:
            return Outcome.KNOWN
        ready = [each for each in installs if has_all_posts(self.sources.accounts, each)]
        if not ready:
            return Outcome.INCOMPLETE
        best = [ready[0], *(each for each in installs if each is not ready[0])]
        version = self.new_id(now)
        taken = self.sources.snapshot(member, best, now)
        self.files.save(member.id, version, pack(taken))
        if not self.members.point(member.id, version, now, ready[0].id, taken.account.username.lower()):
            self.files.delete(member.id, version)
            return Outcome.LOST
        self.files.delete_before(member.id, version)
        return Outcome.TAKEN


def has_all_posts(accounts: "Readings", install: "Install") -> bool:
    return accounts.progress(install).phase not in _INCOMPLETE


class Schedule(NamedTuple):
    """Makes up for events that were missed."""

    members: "MemberStore"
    accounts: "Readings"
    queue: "MessageQueue"
    clock: "Clock"

    def queue_stale(self) -> int:
        """Have snapshots taken of members whose latest is a day old, and of accounts without an item yet.

        Returns their number. After `Unavailable`, some may have been queued, which does no harm.
        """
        jobs = [Job(each) for each in self._stale()]
        self.queue.send([job.message() for job in jobs], [number % MAX_DELAY for number in range(len(jobs))])
        return len(jobs)

    def _stale(self) -> Iterator[str]:
        now, known = self.clock(), set[str]()
        for member in self.members.all():
            known.add(member.id)
            if not member.leaving and (member.snapshot_at is None or member.snapshot_at <= now - STALE):
                yield member.id
        accounts = {each.instagram_business_account_id for each in self.accounts.installs()}
        yield from sorted(accounts - known)
