"""Has each install fetched that webhooks hint at: once, however many hints there are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from signpost.instagram.hints.messages import Hints, fetches
from signpost.platform.clock import Clock

if TYPE_CHECKING:
    from signpost.instagram.install_store import InstallStore
    from signpost.platform.queue import MessageQueue


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
        self._queue.send([each.message for each in wanted], [each.delay for each in wanted])
        return Hinted(len(wanted), len(accounts - installs.keys()))
