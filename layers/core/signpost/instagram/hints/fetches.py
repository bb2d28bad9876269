"""From hints to fetches: each install that webhooks hint at is fetched once, however many hints there are.

A hint only says that something happened to an account; its fetch looks at everything that is new. Doing it twice is
harmless: a fetch passes over what was asked for before the last one began.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram.fetch.jobs import Job
from signpost.instagram.hints.messages import Hints
from signpost.platform.clock import Clock

if TYPE_CHECKING:
    from signpost.instagram.install_store import InstallStore
    from signpost.platform.queue import MessageQueue

_POSTS: Final = 3  # that a fetch looks at when a webhook asked for it; more if there are more new ones
_INSTALLS_OF_ACCOUNT: Final = 10


class Hinted(NamedTuple):
    fetches: int
    unknown_accounts: int  # that nobody has connected


class HintedFetches:
    """`delay`: seconds from a hint to its fetch."""

    def __init__(self, installs: "InstallStore", queue: "MessageQueue", delay: int, clock: Clock) -> None:
        self._installs, self._queue, self._delay, self._clock = installs, queue, delay, clock

    def send(self, hints: Sequence[Hints]) -> Hinted:
        """Raises `Unavailable` when not all fetches are in the queue; send them all again then."""
        accounts = {account for each in hints for account in each.accounts}
        installs = self._installs.of_accounts(accounts)
        wanted = fetches(hints, installs, self._delay, self._clock())
        self._queue.send([job.message() for job, _ in wanted], [delay for _, delay in wanted])
        return Hinted(len(wanted), len(accounts - installs.keys()))


def fetches(
    hints: Iterable[Hints], installs: Mapping[str, Collection[str]], delay: float, now: float
) -> list[tuple[Job, int]]:
    """One fetch for each install of the accounts, `delay` seconds after the last hint about it: hashtags come late.

    `installs` has the ids of the installs of each account that has any. At most ten of one account are fetched.
    """
    hinted_at: dict[str, float] = {}
    for hint in hints:
        for account in hint.accounts:
            for install in sorted(installs.get(account, ()))[:_INSTALLS_OF_ACCOUNT]:
                hinted_at[install] = max(hint.received_at, hinted_at.get(install, 0.0))
    return [(Job(install, "webhook", at, _POSTS), max(0, round(at + delay - now))) for install, at in hinted_at.items()]
