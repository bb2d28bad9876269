"""Questions asked at the same time."""

import threading

import pytest

from signpost.operation.status.checks import ask
from signpost.platform.errors import Unavailable


def test_a_question_that_hangs_or_fails_does_not_hold_up_the_others() -> None:
    hangs = threading.Event()

    def fails() -> None:
        raise Unavailable("The table is not answering; try again.")

    found = ask({"hangs": hangs.wait, "fails": fails, "answers": lambda: 7, "says nothing": lambda: None}, 0.2)
    hangs.set()

    assert {name: (each.answered, each.value) for name, each in found.items()} == {
        "hangs": (False, None),
        "fails": (False, None),
        "answers": (True, 7),
        "says nothing": (True, None),
    }
    assert found["fails"].ms == 200.0


def test_a_bug_is_not_taken_for_a_service_that_does_not_answer() -> None:
    with pytest.raises(ZeroDivisionError):
        ask({"wrong": lambda: 1 / 0}, 1.0)
