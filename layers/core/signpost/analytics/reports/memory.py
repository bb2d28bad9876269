"""Snapshots, and what reports came to, kept between calls: reading a snapshot is what takes longest."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from signpost.analytics.packed import unpack
from signpost.analytics.reports.query import Query
from signpost.analytics.reports.registry import Report
from signpost.analytics.reports.result import Result, Scope
from signpost.analytics.snapshot import Snapshot
from signpost.platform.cache import Cache

if TYPE_CHECKING:
    from signpost.platform.clock import Clock

# One of 10,000 posts and 100,000 comments takes about 50 MB, so these stay far below the function's memory.
_SNAPSHOTS: Final = 4
_RESULTS: Final = 8  # of one snapshot
_SECONDS: Final = 300.0  # what names other members must not stay for long once they have left


class Desk:
    """One snapshot, with the latest results of reports about it."""

    def __init__(self, snapshot: Snapshot, clock: "Clock") -> None:
        self.snapshot = snapshot
        self._results: Cache[Result] = Cache(clock, seconds=_SECONDS, most=_RESULTS)

    def result(self, report: Report, query: Query, members: Mapping[str, str]) -> Result:
        """Pages are cut from the same result. `members` as in `Scope`."""

        def run() -> Result:
            return report.run(Scope(self.snapshot, query.zone, query.start, query.end, members))

        return self._results.get((report.name, query.zone.key, query.start, query.end), run) or run()


class Memory:
    """A snapshot never changes, so its member and its version say which one it is."""

    def __init__(self, clock: "Clock") -> None:
        self._clock = clock
        self._desks: Cache[Desk] = Cache(clock, seconds=_SECONDS, most=_SNAPSHOTS)

    def desk(self, member: str, version: str, read: Callable[[], bytes]) -> Desk:
        """`read` gives the packed snapshot.

        Raises:
            ValueError: what was read is not a snapshot.
        """

        def fresh() -> Desk:
            return Desk(unpack(read()), self._clock)

        return self._desks.get((member, version), fresh) or fresh()
