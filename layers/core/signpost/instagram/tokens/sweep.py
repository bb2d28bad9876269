"""The daily sweep: queues a message for each install that is due, and counts those that are connected."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Final

from signpost.instagram.products import Provider
from signpost.instagram.tokens.steps import sweep_days
from signpost.platform.clock import Clock, system_clock

if TYPE_CHECKING:
    from signpost.instagram.health_store import HealthStore
    from signpost.instagram.tokens.store import TokenStore
    from signpost.platform.queue import MessageQueue

_THREADS: Final = 8  # fewer than connections in a client's pool
_IN_A_TURN: Final = 100  # messages that a thread sends: ten calls


class TokenSweep:
    """At most `at_once` installs are kept in memory."""

    def __init__(
        self,
        store: "TokenStore",
        health: "HealthStore",
        queue: "MessageQueue",
        clock: Clock = system_clock,
        at_once: int = 1000,
    ) -> None:
        self._store, self._health, self._queue = store, health, queue
        self._clock, self._at_once = clock, at_once

    def queue_due(self) -> int:
        """Queue the installs that are due today; returns how many. Repeating it queues them again.

        Raises:
            Unavailable: DynamoDB or SQS does not answer; only some are queued.
        """
        due, count = self._store.due(sweep_days(self._clock())), 0
        with ThreadPoolExecutor(_THREADS) as pool:
            while messages := [{"install": install_id} for install_id in islice(due, self._at_once)]:
                turns = [messages[start : start + _IN_A_TURN] for start in range(0, len(messages), _IN_A_TURN)]
                list(pool.map(self._queue.send, turns))  # raises what a call raised
                count += len(messages)
        return count

    def count_connected(self) -> None:
        """Record how many accounts each product has, so that a storm can be distinguished from single changes.

        Raises:
            Unavailable: DynamoDB does not answer.
        """
        found = Counter(install_id.partition("-")[0] for install_id in self._store.connected())
        for provider in Provider:
            self._health.counted(provider, found[provider.value])
