"""How the daily sweep goes through many installs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from signpost.instagram.tokens.steps import sweep_days
from signpost.instagram.tokens.sweep import TokenSweep

NOW = 1_795_240_800.0


class Index:
    """250 installs; notes how many were read."""

    read = 0

    def due(self, days: Iterable[str]) -> Iterator[str]:
        assert list(days) == list(sweep_days(NOW))
        for number in range(250):
            self.read += 1
            yield f"instagram-{number}"


class Queue:
    """Notes what is sent, and how many installs were read by then."""

    def __init__(self, index: Index) -> None:
        self.index, self.sent, self.read = index, list[str](), list[int]()

    def send(self, messages: Sequence[dict[str, str]]) -> None:
        self.sent += [each["install"] for each in messages]
        self.read.append(self.index.read)


def test_each_install_is_queued_once_before_the_next_ones_are_read() -> None:
    index = Index()
    queue = Queue(index)
    sweep = TokenSweep(cast("Any", index), cast("Any", queue), lambda: NOW, at_once=100)

    assert sweep.queue_due() == 250

    assert queue.sent == [f"instagram-{number}" for number in range(250)]
    assert queue.read == [100, 200, 250]
