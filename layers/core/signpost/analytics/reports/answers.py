"""Answers about a member: a report from the latest snapshot, or how far the first sync has come."""

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.analytics.errors import BadMember, SnapshotGone
from signpost.analytics.reports.query import Query
from signpost.analytics.reports.registry import BY_NAME, Report
from signpost.analytics.reports.result import Result
from signpost.platform.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from signpost.analytics.directory import Directory, Found
    from signpost.analytics.member_store import MemberStore
    from signpost.analytics.reports.memory import Desk, Memory
    from signpost.analytics.snapshot_files import SnapshotFiles
    from signpost.instagram.readings import Readings
    from signpost.platform.cache import Cache
    from signpost.platform.clock import Clock

_PEOPLE: Final = ("Followers", "People")  # kinds of reports whose rows may be about members
_DONE: Final = "done"
_TRIES: Final = 3


class Progress(NamedTuple):
    """The progress of a first sync: see `instagram.readings.SyncProgress`. `eta` is in seconds."""

    phase: str
    done: int
    total: int | None
    eta: int | None


class Answer(NamedTuple):
    """A report. `members`: the ids of members by username. `progress` is None once the first sync is done.

    `snapshot_at` is in seconds since 1970; `load_ms` and `compute_ms` say how long it took.
    """

    result: Result
    version: str  # of the snapshot
    snapshot_at: float
    members: Mapping[str, str]
    progress: Progress | None
    load_ms: float
    compute_ms: float


class Sheet(NamedTuple):
    """An answered request, from which a reply in any form is made. `path` and `now`: the request's."""

    report: Report
    found: "Found"
    query: Query
    answer: Answer | Progress
    parameters: Mapping[str, str]
    path: str
    now: float


class Answers(NamedTuple):
    """`timer`: seconds since some fixed moment. Methods raise `Unavailable` when a store does not answer."""

    directory: "Directory"
    members: "MemberStore"
    accounts: "Readings"
    files: "SnapshotFiles"
    memory: "Memory"
    usernames: "Cache[Mapping[str, str]]"
    timer: "Clock"

    def report(self, name: str) -> Report:
        """Raises `NotFound`; reads nothing."""
        if name not in BY_NAME:
            raise NotFound("There is no report with this name; GET /reports lists them.")
        return BY_NAME[name]

    def find(self, address: str) -> "Found":
        """Raises `BadMember`."""
        return self.directory.find(address)

    def answer(self, report: Report, found: "Found", query: Query) -> Answer | Progress:
        """A report or, as long as there is no snapshot, how far the first sync is."""
        progress, begun = self._progress(found), self.timer()
        if found.member.snapshot is None:
            return progress
        desk, version = self._desk(found.member.id, found.member.snapshot)
        loaded = self.timer()
        names = self._usernames() if report.kind in _PEOPLE else {}
        result = desk.result(report, query, names)
        return Answer(
            result,
            version,
            desk.snapshot.at,
            names,
            None if progress.phase == _DONE else progress,
            (loaded - begun) * 1000,
            (self.timer() - loaded) * 1000,
        )

    def _desk(self, member: str, version: str) -> "tuple[Desk, str]":
        """The snapshot, or the one that has replaced it meanwhile."""
        for _ in range(_TRIES):
            packed = partial(self.files.load, member, version)
            with suppress(SnapshotGone):
                return self.memory.desk(member, version, packed), version
            now = self.members.get(member)
            if now is None or now.leaving or now.snapshot is None:
                raise BadMember
            version = now.snapshot
        raise Unavailable("The report's data is being replaced; try again.")

    def _progress(self, found: "Found") -> Progress:
        """That of an install whose first sync is done, else that of the first install."""
        every = [Progress(*self.accounts.progress(each)) for each in found.installs]
        return next(
            (each for each in every if each.phase == _DONE), every[0] if every else Progress("waiting", 0, None, None)
        )

    def _usernames(self) -> Mapping[str, str]:
        def read() -> dict[str, str]:
            return {each.username: each.id for each in self.members.all() if each.username and not each.leaving}

        return self.usernames.get("all", read) or {}
