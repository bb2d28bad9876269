"""How the daily sweep goes through many installs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from signpost.instagram.tokens.steps import sweep_days
from signpost.instagram.tokens.sweep import TokenSweep

NOW = 1_795_240_800.0


class Due:
    """An index of 250 installs, and a queue; `at_send` is how many installs had been read at each send."""

    def __init__(self) -> None:
        self.read, self.sent, self.at_send = 0, list[str](), list[int]()

    def due(self, days: Iterable[str]) -> Iterator[str]:
        assert list(days) == list(sweep_days(NOW))
        for self.read in range(1, 251):
            yield f"instagram-{self.read}"

    def send(self, messages: Sequence[dict[str, str]]) -> None:
        self.sent += [each["install"] for each in messages]
        self.at_send.append(self.read)


def test_each_install_is_queued_once_before_the_next_ones_are_read() -> None:
    due: Any = Due()

    assert TokenSweep(due, due, due, lambda: NOW, at_once=100).queue_due() == 250

    assert due.sent == [f"instagram-{number}" for number in range(1, 251)]
    assert due.at_send == [100, 200, 250]
