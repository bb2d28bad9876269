"""The hourly sweep: what is due gets one message, the longest due first, wherever a sweep is cut off."""

import itertools
import os
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from signpost.instagram.fetch.hashtag_store import HashtagStore
from signpost.instagram.sweep import wiring
from signpost.instagram.sweep.rounds import Sweep
from signpost.instagram.sweep.store import DueStore
from signpost.platform import aws, settings
from signpost.platform.dynamodb import Table
from signpost.platform.errors import Unavailable
from tests.aws import empty
from tests.faults import Fault, Mode, at_every_call
from tests.integration.conftest import Handlers
from tests.integration.instagram.fetch.world import HOUR, INSTALLS, NOW, Queue
from tests.samples import sample

HASHTAGS = "InstagramHashtags"
_numbers = itertools.count()


class Sweeps:
    def __init__(self, handler: Callable[[dict[str, Any], Any], None], sweep: Sweep, queue: Queue) -> None:
        self._handler, self.sweep, self.queue = handler, sweep, queue
        self.installs = Table(aws.dynamodb(), INSTALLS)
        self.hashtags = HashtagStore(aws.dynamodb(), HASHTAGS)

    def due(self, count: int, seconds_ago: float = 0) -> list[str]:
        """Store installs that have been due for this long, the first one longest."""
        made = [f"instagram-sweep{next(_numbers)}" for _ in range(count)]
        for place, key in enumerate(made):
            self.installs.put({"key": key, "sync": "due", "sync_at": NOW - seconds_ago - 1 + place / 10_000})
        return made

    def run(self, now: float = NOW, chunks: int = 1000) -> list[str]:
        """Sweep with time for this many chunks; returns what was sent, in order."""
        left = iter(range(chunks))
        self.queue.sent.clear()
        self.sweep._replace(clock=lambda: now).run(lambda: next(left, None) is not None)
        return self.sent()

    def handle(self, event: dict[str, Any], seconds: float) -> None:
        self._handler(event, SimpleNamespace(get_remaining_time_in_millis=lambda: seconds * 1000))

    def sent(self) -> list[str]:
        return [str(message["install"]) for message, _ in self.queue.sent]


@pytest.fixture
def sweeps(handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> Sweeps:
    module = handlers("sync_sweep")
    given = settings.load(wiring.Settings, os.environ)
    queue = Queue(given.media_fetch_queue)
    sweep = wiring.build(given, clock=lambda: NOW)._replace(queue=queue)
    monkeypatch.setattr(module, "SWEEP", sweep)
    empty(INSTALLS, HASHTAGS)
    return Sweeps(module.handler, sweep, queue)


def test_the_schedule_sends_what_is_due_and_nothing_else(sweeps: Sweeps) -> None:
    # Given two installs that are due, one that is not yet, and a hashtag
    due = sweeps.due(2)
    sweeps.due(1, seconds_ago=-3 * HOUR)
    assert sweeps.hashtags.want("bread", due[0], NOW - 60)

    # When the schedule comes
    sweeps.handle(sample("sync_sweep", "schedule"), 300)

    # Then they have a message each, without a delay
    assert sweeps.queue.sent == [
        *(({"install": install, "why": "sweep", "asked_at": NOW, "count": 25}, 0) for install in due),
        ({"install": due[0], "why": "hashtag", "asked_at": NOW, "tag": "bread"}, 0),
    ]
    # And another run has nothing to do, until two hours have passed without a result
    assert sweeps.run(NOW + HOUR - 1) == []
    assert sorted(sweeps.run(NOW + 2 * HOUR)) == sorted([*due, due[0]])


def test_a_run_without_time_leaves_everything_to_the_next_one(sweeps: Sweeps) -> None:
    due = sweeps.due(2)

    sweeps.handle({}, 0)

    assert sweeps.queue.sent == []
    assert sweeps.run() == due


def test_the_index_is_read_page_by_page_longest_due_first(sweeps: Sweeps) -> None:
    # Given more installs and hashtags than a page of the index has
    sweeps.sweep = sweeps.sweep._replace(due=DueStore(aws.dynamodb(), INSTALLS, HASHTAGS, page=7))
    due = sweeps.due(16)
    for number in range(16):
        assert sweeps.hashtags.want(f"tag{number}", due[0], NOW - 60)

    # When they are swept, then each is sent once
    sweeps.run()
    assert [message["install"] for message, _ in sweeps.queue.sent if message["why"] == "sweep"] == due
    tags = [str(message["tag"]) for message, _ in sweeps.queue.sent if message["why"] == "hashtag"]
    assert sorted(tags) == sorted(f"tag{number}" for number in range(16))


def test_two_sweeps_at_the_same_time_send_each_once(sweeps: Sweeps) -> None:
    # Given a sweep that has read the index, and a faster one
    due = sweeps.due(3)
    store = sweeps.sweep.due
    stale = list(store.accounts(NOW))
    assert sweeps.run() == due

    # Then the first one finds them taken
    assert [store.take_account(install, NOW, NOW + HOUR) for install in stale] == [False] * 3
    assert sweeps.hashtags.want("bread", "i", NOW - 60)
    poll = sweeps.hashtags.poll("bread", "i")
    assert poll is not None
    assert store.take_poll(poll, NOW, NOW + HOUR)
    assert not store.take_poll(poll, NOW, NOW + HOUR)


def test_a_sweep_that_is_cut_off_anywhere_loses_nothing(sweeps: Sweeps) -> None:
    def scenario(fault: Fault) -> None:
        # Given two accounts and a hashtag that are due
        empty(INSTALLS, HASHTAGS)
        due = sweeps.due(2)
        sweeps.hashtags.want("bread", due[0], NOW - 60)
        sent: list[str] = []

        # When a sweep is struck, run again, and two hours later once more
        fault.attempt(sweeps.run, Unavailable)
        sent += sweeps.sent()
        sent += sweeps.run(NOW + 60)
        sent += sweeps.run(NOW + 2 * HOUR + 60)

        # Then each has had its message
        assert Counter(sent) >= Counter([*due, due[0]])

    at_every_call(scenario, Mode.KILLED_AFTER, Mode.ALL_SERVER_ERRORS)
