"""The hourly sweep: every account and hashtag that is due gets a message in the queue of fetches.

What is due is first claimed, then sent. A claim only moves the time at which it is due on by two hours: a sweep that is
cut off in between makes those late, and loses none. Claims keep sweeps that overlap, or are run again, apart. The
longest due come first, so what one sweep has no time for is the first thing that the next one does.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, NamedTuple

from signpost.instagram.fetch import sync_rules
from signpost.instagram.fetch.hashtag_store import Poll
from signpost.instagram.fetch.jobs import Job
from signpost.instagram.fetch.poll_store import PollStore
from signpost.instagram.fetch.sync_store import SyncStore
from signpost.platform.clock import Clock
from signpost.platform.queue import MessageQueue

COUNT: Final = 25
_AT_ONCE: Final = 50  # claimed, then sent in five calls
_THREADS: Final = 8  # fewer than connections in a client's pool


class Swept(NamedTuple):
    accounts: int
    hashtags: int
    complete: bool  # false: time was up, and the next sweep goes on


class _Pass(NamedTuple):
    chunks: Iterator[Sequence[Any]]
    claim: Callable[[Any], Job | None]


class Sweep:
    """`may_go_on`: whether there is time for another fifty."""

    def __init__(
        self, installs: SyncStore, polls: PollStore, queue: MessageQueue, clock: Clock, may_go_on: Callable[[], bool]
    ) -> None:
        self._installs, self._polls, self._queue = installs, polls, queue
        self._clock, self._may_go_on = clock, may_go_on

    def run(self) -> Swept:
        """Raises `Unavailable`: what was claimed and not sent is due again in two hours."""
        now = self._clock()
        sent: Counter[bool] = Counter()  # by whether it is a hashtag
        left = [
            _Pass(_chunks(self._installs.due(now)), lambda install: self._account(install, now)),
            _Pass(_chunks(self._polls.due(now)), lambda poll: self._hashtag(poll, now)),
        ]
        with ThreadPoolExecutor(_THREADS) as pool:
            while left:
                # In turn, so that many of one kind do not keep the other waiting for ever.
                for each in list(left):
                    chunk = next(each.chunks, None)
                    if chunk is None:
                        left.remove(each)
                        continue
                    if not self._may_go_on():
                        return Swept(sent[False], sent[True], complete=False)
                    jobs = [job for job in pool.map(each.claim, chunk) if job is not None]
                    delays = [sync_rules.spread(number) for number in range(sent.total(), sent.total() + len(jobs))]
                    self._queue.send([job.message() for job in jobs], delays)
                    sent.update(job.tag is not None for job in jobs)
        return Swept(sent[False], sent[True], complete=True)

    def _account(self, install_id: str, now: float) -> Job | None:
        claimed = self._installs.claim(install_id, now, now + sync_rules.CLAIM)
        return Job(install_id, "sweep", now, COUNT) if claimed else None

    def _hashtag(self, poll: Poll, now: float) -> Job | None:
        claimed = self._polls.claim(poll, now, now + sync_rules.CLAIM)
        return Job(poll.install, "hashtag", now, tag=poll.tag) if claimed else None


def _chunks(pages: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for page in pages:
        for start in range(0, len(page), _AT_ONCE):
            yield page[start : start + _AT_ONCE]
