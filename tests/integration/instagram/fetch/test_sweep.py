"""The hourly sweep: what is due gets one message, in the order in which it was due, whatever cuts sweeps off."""

import itertools
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from signpost.instagram.fetch import poll_store, sync_store
from signpost.instagram.fetch.hashtag_store import HashtagStore
from signpost.instagram.fetch.sweep import Sweep
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests.aws import empty
from tests.faults import Fault, Mode, at_every_call
from tests.integration.conftest import Handlers
from tests.integration.instagram.fetch.world import HOUR, INSTALLS, NOW, Queue

EVENT = Path(__file__).parents[4] / "events" / "sync_sweep" / "schedule.json"
TABLES = (INSTALLS, "InstagramHashtags")
_numbers = itertools.count()


class Sweeps:
    def __init__(self, module: ModuleType) -> None:
        self.module = module
        self.dynamodb = aws.dynamodb()
        self.hashtags = HashtagStore(aws.dynamodb(), "InstagramHashtags")
        self.queue: Queue = module.QUEUE

    def due(self, count: int, seconds_ago: float = 0) -> list[str]:
        """Installs that are due since then, the first one longest."""
        made = [f"instagram-sweep{next(_numbers)}" for _ in range(count)]
        for place, key in enumerate(made):
            at = Decimal(str(NOW - seconds_ago - 1 + place / 10_000))
            self.dynamodb.put_item(TableName=INSTALLS, Item={"key": key, "sync": "due", "sync_at": at})
        return made

    def run(self, now: float = NOW, chunks: int = 1000) -> list[str]:
        """A sweep with time for so many chunks; what it sent, in order."""
        left = iter(range(chunks))
        self.queue.sent.clear()
        Sweep(self.module.STORE, self.module.POLLS, self.queue, lambda: now, lambda: next(left, None) is not None).run()
        return self.sent()

    def sent(self) -> list[str]:
        return [str(message["install"]) for message, _ in self.queue.sent]


@pytest.fixture
def sweeps(handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> Any:
    module = handlers("sync_sweep")
    monkeypatch.setattr(module, "QUEUE", Queue(aws.sqs(), module.SETTINGS.media_fetch_queue))
    monkeypatch.setattr(module, "CLOCK", lambda: NOW)
    empty(*TABLES)
    return Sweeps(module)


def test_the_schedule_sends_what_is_due_and_nothing_else(sweeps: Sweeps) -> None:
    # Given two installs that are due, one that is not yet, and a hashtag
    due = sweeps.due(2)
    sweeps.due(1, seconds_ago=-3 * HOUR)
    assert sweeps.hashtags.want("bread", due[0], NOW - 60)

    # When the schedule comes
    context = SimpleNamespace(get_remaining_time_in_millis=lambda: 300_000)
    sweeps.module.handler(json.loads(EVENT.read_text(encoding="utf-8")), context)

    # Then those have a message, at once
    assert sweeps.queue.sent == [
        *(({"install": install, "why": "sweep", "asked_at": NOW, "count": 25}, 0) for install in due),
        ({"install": due[0], "why": "hashtag", "asked_at": NOW, "tag": "bread"}, 0),
    ]
    # And another run has nothing to do, until what was sent has come to nothing for two hours
    assert sweeps.run(NOW + HOUR - 1) == []
    assert sorted(sweeps.run(NOW + 2 * HOUR)) == sorted([*due, due[0]])


def test_a_run_without_time_leaves_all_to_the_next_one(sweeps: Sweeps) -> None:
    due = sweeps.due(2)

    sweeps.module.handler({}, SimpleNamespace(get_remaining_time_in_millis=lambda: 0))

    assert sweeps.queue.sent == []
    assert sweeps.run() == due


def test_the_index_is_read_page_by_page_longest_due_first(sweeps: Sweeps, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given more installs and hashtags than a page of the index has
    monkeypatch.setattr(sync_store, "_PAGE", 7)
    monkeypatch.setattr(poll_store, "_PAGE", 7)
    due = sweeps.due(16)
    for number in range(16):
        assert sweeps.hashtags.want(f"tag{number}", due[0], NOW - 60)

    # When they are swept, then each is sent once
    sweeps.run()
    assert [message["install"] for message, _ in sweeps.queue.sent if message["why"] == "sweep"] == due
    tags = [str(message["tag"]) for message, _ in sweeps.queue.sent if message["why"] == "hashtag"]
    assert sorted(tags) == sorted(f"tag{number}" for number in range(16))


def test_two_sweeps_at_once_send_each_once(sweeps: Sweeps) -> None:
    # Given a sweep that has read the index, and another one that is faster
    due = sweeps.due(3)
    store = sweeps.module.STORE
    stale = [list(page) for page in store.due(NOW)]
    assert sweeps.run() == due

    # Then the first one finds them taken
    assert [store.claim(install, NOW, NOW + HOUR) for page in stale for install in page] == [False] * 3
    assert sweeps.hashtags.want("bread", "i", NOW - 60)
    poll = sweeps.hashtags.poll("bread", "i")
    assert poll is not None
    assert sweeps.module.POLLS.claim(poll, NOW, NOW + HOUR)
    assert not sweeps.module.POLLS.claim(poll, NOW, NOW + HOUR)


def test_a_sweep_that_ends_anywhere_loses_nothing(sweeps: Sweeps) -> None:
    def scenario(fault: Fault) -> None:
        # Given two accounts and a hashtag that are due
        empty(*TABLES)
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
