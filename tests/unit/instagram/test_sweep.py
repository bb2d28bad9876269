"""Sweeps of thousands of installs, and sweeps that run out of time."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pytest

from signpost.instagram.fetch.polls import Poll
from signpost.instagram.sweep.rounds import Sweep, Swept
from signpost.platform.errors import Unavailable

NOW = 1_795_244_400.0
HOUR = 3600


class Due:
    """The index of what is due, in memory."""

    def __init__(self) -> None:
        self.installs: dict[Any, float] = {}
        self.hashtags: dict[Any, float] = {}

    def accounts(self, now: float) -> Iterator[str]:
        return self._listed(self.installs, now)

    def polls(self, now: float) -> Iterator[Poll]:
        return self._listed(self.hashtags, now)

    def take_account(self, install: str, now: float, until: float) -> bool:
        return self._take(self.installs, install, now, until)

    def take_poll(self, poll: Poll, now: float, until: float) -> bool:
        return self._take(self.hashtags, poll, now, until)

    def _listed(self, due_at: dict[Any, float], now: float) -> Iterator[Any]:
        return iter([key for at, _, key in sorted((at, str(key), key) for key, at in due_at.items()) if at <= now])

    def _take(self, due_at: dict[Any, float], key: Any, now: float, until: float) -> bool:
        if due_at[key] > now:
            return False
        due_at[key] = until
        return True


class Sweeps:
    """Sweeps of what is due in memory into a queue that is a list."""

    def __init__(self) -> None:
        self.due = Due()
        self.queue: list[Mapping[str, object]] = []
        self.delays: list[int] = []

    def send(self, messages: Sequence[Mapping[str, object]], delays: Sequence[int]) -> None:
        assert len(messages) <= 50
        self.queue += messages
        self.delays += delays

    def run(self, now: float = NOW, chunks: int = 1000) -> Swept:
        """Sweep with time for this many chunks of fifty."""
        left = iter(range(chunks))
        sweep = Sweep(cast("Any", self.due), cast("Any", self), lambda: now)
        return sweep.run(lambda: next(left, None) is not None)

    def sent(self, why: str) -> list[object]:
        return [message["install"] for message in self.queue if message["why"] == why]


def test_thousands_are_sent_once_the_longest_due_first_and_spread_out() -> None:
    # Given 3,000 installs that are due, and one that is not
    sweeps = Sweeps()
    due = [f"install-{number:04}" for number in range(3000)]
    sweeps.due.installs = {install: NOW - 3000 + place for place, install in enumerate(due)}
    sweeps.due.installs["later"] = NOW + 1

    # When they are swept, twice
    assert sweeps.run() == Swept(3000, 0, complete=True)
    assert sweeps.run() == Swept(0, 0, complete=True)

    # Then each is sent once, ten a second
    assert sweeps.sent("sweep") == due
    assert sweeps.delays == [number // 10 for number in range(3000)]


def test_nothing_starves_when_sweeps_are_cut_off() -> None:
    # Given sweeps with time for fifty installs and fifty hashtags, and 50 more installs that are due each hour
    sweeps = Sweeps()
    waiting = [f"waiting-{number:03}" for number in range(200)]
    sweeps.due.installs = {install: NOW - 10 + place / 1000 for place, install in enumerate(waiting)}
    sweeps.due.hashtags = {Poll(f"tag{number}", "i", NOW, NOW): NOW for number in range(100)}

    # When four have run
    for hour in range(4):
        sweeps.due.installs |= {f"new-{hour}-{number}": NOW + hour * HOUR - 1 for number in range(50)}
        swept = sweeps.run(NOW + hour * HOUR, chunks=2)
        assert not swept.complete

    # Then the longest due were sent first, each once, and hashtags had their turn
    assert sweeps.sent("sweep") == waiting
    assert len({message["tag"] for message in sweeps.queue if message["why"] == "hashtag"}) == 100


@pytest.mark.parametrize("installs", [1, 50, 51, 120])
def test_a_queue_that_does_not_answer_ends_the_sweep_with_its_error(installs: int) -> None:
    class Broken:
        def send(self, *_: object) -> None:
            raise Unavailable("The queue is not answering; try again.")

    due = Due()
    due.installs = {f"install-{number}": NOW for number in range(installs)}

    with pytest.raises(Unavailable):
        Sweep(cast("Any", due), cast("Any", Broken()), lambda: NOW).run(lambda: True)
