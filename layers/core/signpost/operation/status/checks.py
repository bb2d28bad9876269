"""Asks questions at the same time, and waits for the answers only so long."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as OutOfTime
from typing import Any, NamedTuple

from signpost.platform.errors import SignpostError


class Answer(NamedTuple):
    """`ms` is how long it took. If no answer came in time, or an error, `value` is None."""

    answered: bool
    ms: float
    value: Any


Question = Callable[[], Any]


def ask(questions: Mapping[str, Question], seconds: float) -> dict[str, Answer]:
    """Ask all. Those that take longer than `seconds`, or raise a SignpostError, have no answer; other errors pass.

    A question without an answer goes on in its thread, and its result is thrown away.
    """
    threads = ThreadPoolExecutor(max(1, len(questions)))
    try:
        begun, end = (
            {name: threads.submit(_timed, each) for name, each in questions.items()},
            time.monotonic() + seconds,
        )
        answers = {}
        for name, future in begun.items():
            try:
                answers[name] = future.result(max(0.0, end - time.monotonic()))
            except (OutOfTime, SignpostError):
                answers[name] = Answer(answered=False, ms=round(seconds * 1000, 1), value=None)
        return answers
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _timed(question: Question) -> Answer:
    started = time.monotonic()
    value = question()
    return Answer(answered=True, ms=round((time.monotonic() - started) * 1000, 1), value=value)
