"""How the daily sweep goes through many installs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest

from signpost.instagram.tokens.steps import sweep_days
from signpost.instagram.tokens.sweep import TokenSweep
from signpost.platform.errors import Unavailable

NOW = 1_795_240_800.0


class Due:
    """An index of 250 installs, and a queue; `at_send` is how many installs had been read at each send."""

    def __init__(self, broken: str = "") -> None:
        self.read, self.sent, self.at_send, self.broken = 0, list[str](), list[int](), broken

    def due(self, days: Iterable[str]) -> Iterator[str]:
        assert list(days) == list(sweep_days(NOW))
        for self.read in range(1, 251):
            yield f"instagram-{self.read}"

    def send(self, messages: Sequence[dict[str, str]]) -> None:
        installs = [each["install"] for each in messages]
        if self.broken in installs:
            raise Unavailable("The queue is not answering; try again.")
        self.sent += installs
        self.at_send.append(self.read)


def test_each_install_is_queued_once_before_the_next_ones_are_read() -> None:
    due: Any = Due()

    assert TokenSweep(due, due, due, lambda: NOW, at_once=100).queue_due() == 250

    assert due.sent == [f"instagram-{number}" for number in range(1, 251)]
    assert due.at_send == [100, 200, 250]


def test_many_installs_are_queued_by_several_threads_each_once() -> None:
    due: Any = Due()

    assert TokenSweep(due, due, due, lambda: NOW).queue_due() == 250

    assert sorted(due.sent) == sorted(f"instagram-{number}" for number in range(1, 251))
    assert len(due.at_send) == 3


@pytest.mark.parametrize("broken", ["instagram-1", "instagram-150", "instagram-250"])
def test_a_queue_that_does_not_take_some_fails_the_sweep(broken: str) -> None:
    due: Any = Due(broken)

    with pytest.raises(Unavailable):
        TokenSweep(due, due, due, lambda: NOW).queue_due()
