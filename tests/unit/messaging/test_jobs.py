"""Jobs as messages name them, and who does them."""

from collections.abc import Callable
from typing import Any

import pytest

from signpost.messaging.background.worker import RESERVE, Worker
from signpost.messaging.jobs import Job, NotAJob, read


class Queue:
    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, messages: list[Any]) -> None:
        self.sent += messages


def worker(queue: Any, handler: Callable[..., bool]) -> Worker:
    return Worker({"clear": handler}, queue)


@pytest.mark.parametrize(
    ("message", "job"),
    [
        ({"job": "fan_out", "conversation": 7, "ulid": "01A"}, Job("fan_out", conversation=7, ulid="01A")),
        ({"job": "clear", "user": 1, "membership": 2}, Job("clear", user=1, membership=2)),
        ({"job": "join", "conversation": 7, "more": "is ignored"}, Job("join", conversation=7)),
    ],
    ids=["fan_out", "clear", "join"],
)
def test_a_job_is_read_as_it_is_written(message: dict[str, object], job: Job) -> None:
    assert read(message) == job
    assert read(job.message()) == job


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "clear",
        {},
        {"job": 1},
        {"job": "clear", "user": "1"},
        {"job": "clear", "user": True},
        {"job": "a", "ulid": 1},
    ],
    ids=str,
)
def test_what_is_not_a_job_is_refused(message: object) -> None:
    with pytest.raises(NotAJob):
        read(message)


@pytest.mark.parametrize(("is_done", "sent"), [(True, []), (False, [{"job": "clear", "user": 1, "membership": 2}])])
def test_a_job_that_is_not_done_in_time_is_sent_again(is_done: bool, sent: list[Any]) -> None:
    queue = Queue()

    worker(queue, lambda _job, _time_left: is_done).take(Job("clear", user=1, membership=2), 60)

    assert queue.sent == sent


def test_what_has_begun_has_time_to_end() -> None:
    left: list[bool] = []

    def handler(_job: Job, time_left: Callable[[], bool]) -> bool:
        left.append(time_left())
        return True

    for seconds in (RESERVE - 1, RESERVE + 600):
        worker(Queue(), handler).take(Job("clear"), seconds)

    assert left == [False, True]


def test_a_job_that_nobody_does_is_refused() -> None:
    with pytest.raises(NotAJob):
        worker(Queue(), lambda _job, _time_left: True).take(Job("unknown"), 60)
