"""The hourly sweep: every account and hashtag that is due gets a message in the queue of fetches.

What is due is first taken, then sent. Taking it only postpones it by two hours, so an interrupted sweep delays it but
loses nothing, and overlapping or repeated sweeps do not take it twice. The longest due come first, so the next sweep
begins where this one ran out of time.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import chain, islice, zip_longest
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram.fetch import sync_rules
from signpost.instagram.fetch.jobs import Job

if TYPE_CHECKING:
    from signpost.instagram.fetch.polls import Poll
    from signpost.instagram.sweep.store import DueStore
    from signpost.platform.clock import Clock
    from signpost.platform.queue import MessageQueue

_COUNT: Final = 25  # of an account's newest posts
_CHUNK: Final = 50  # taken, then sent in five calls
_THREADS: Final = 8  # fewer than connections in a client's pool
_Take = Callable[[], Job | None]


class Swept(NamedTuple):
    accounts: int
    hashtags: int
    complete: bool  # false: time was up, and the next sweep continues


class Sweep(NamedTuple):
    due: "DueStore"
    queue: "MessageQueue"
    clock: "Clock"

    def run(self, may_go_on: Callable[[], bool]) -> Swept:
        """Send all that is due. `may_go_on`: whether there is time for another fifty.

        Raises:
            Unavailable: whatever was taken but not sent is due again in two hours.
        """
        now, sent = self.clock(), Counter[str]()
        sending: Future[None] | None = None
        accounts = _chunks(partial(self._account, each, now) for each in self.due.accounts(now))
        hashtags = _chunks(partial(self._hashtag, each, now) for each in self.due.polls(now))
        is_complete = True
        with ThreadPoolExecutor(_THREADS) as pool:  # one thread sends a chunk while the others take the next one
            # Alternating, so that many of one kind do not delay the other.
            for chunk in filter(None, chain.from_iterable(zip_longest(accounts, hashtags))):
                is_complete = may_go_on()
                if not is_complete:
                    break
                jobs = [job for job in pool.map(lambda take: take(), chunk) if job is not None]
                delays = [sync_rules.spread(number) for number in range(sent.total(), sent.total() + len(jobs))]
                if sending is not None:
                    sending.result()
                sending = pool.submit(self.queue.send, [job.message() for job in jobs], delays)
                sent.update(job.why for job in jobs)
            if sending is not None:
                sending.result()
        return Swept(sent["sweep"], sent["hashtag"], is_complete)

    def _account(self, install_id: str, now: float) -> Job | None:
        taken = self.due.take_account(install_id, now, now + sync_rules.CLAIM)
        return Job(install_id, "sweep", now, _COUNT) if taken else None

    def _hashtag(self, poll: "Poll", now: float) -> Job | None:
        taken = self.due.take_poll(poll, now, now + sync_rules.CLAIM)
        return Job(poll.install, "hashtag", now, tag=poll.tag) if taken else None


def _chunks(takes: Iterator[_Take]) -> Iterator[list[_Take]]:
    while chunk := list(islice(takes, _CHUNK)):
        yield chunk
