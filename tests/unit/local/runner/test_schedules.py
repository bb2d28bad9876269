"""When the local stack's ticker starts a run."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from local.runner.application import ScheduleSpec
from local.runner.schedules import Schedules

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DEADLINE_S = 60.0


class Runs:
    """Functions that run until they are let go."""

    def __init__(self) -> None:
        self.started: list[str] = []
        self.entered = threading.Event()
        self.leave = threading.Event()

    def __call__(self, function: str, _event: bytes, /) -> None:
        self.started.append(function)
        self.entered.set()
        assert self.leave.wait(DEADLINE_S)


@pytest.fixture
def runs() -> Runs:
    return Runs()


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def schedules(runs: Runs, lines: list[str]) -> Iterator[Schedules]:
    specs = [
        ScheduleSpec("Often", "Tidy", "rate(5 minutes)", "scheduler", {"an": "input"}),
        ScheduleSpec("Seldom", "Other", "rate(1 hour)", "scheduler", None),
    ]
    schedules = Schedules(specs, runs, started=START, now=lambda: 0.0, log=lines.append)
    yield schedules
    runs.leave.set()
    schedules.stop()


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_first_run_is_one_period_after_the_start(schedules: Schedules, runs: Runs) -> None:
    # Given functions that end immediately
    runs.leave.set()

    # When time goes by
    early = schedules.start_due(after(4.9))
    due = schedules.start_due(after(5))
    just_done = schedules.start_due(after(5.1))
    for each in due:
        each.result(DEADLINE_S)

    # Then the schedule ran when its period was over, and once
    assert (early, len(due), just_done) == ([], 1, [])
    assert runs.started == ["Tidy"]


def test_a_run_that_is_late_is_not_made_up_for(schedules: Schedules, runs: Runs) -> None:
    # Given a machine that slept for an hour
    runs.leave.set()

    # When it wakes up
    for each in schedules.start_due(after(60)):
        each.result(DEADLINE_S)

    # Then each schedule runs once
    assert sorted(runs.started) == ["Other", "Tidy"]
    assert schedules.start_due(after(61)) == []


def test_a_run_never_overlaps_the_last_one(schedules: Schedules, runs: Runs, lines: list[str]) -> None:
    # Given a run that takes longer than its period
    (first,) = schedules.start_due(after(5))
    assert runs.entered.wait(DEADLINE_S)

    # When the next one is due
    (second,) = schedules.start_due(after(10))
    second.result(DEADLINE_S)

    # Then it is skipped, and a line says so
    assert runs.started == ["Tidy"]
    assert lines == ["Often is due, but its last run is not done: skipped"]

    # And after the run has ended, the one after that takes place
    runs.leave.set()
    first.result(DEADLINE_S)
    (third,) = schedules.start_due(after(15))
    third.result(DEADLINE_S)
    assert runs.started == ["Tidy", "Tidy"]


def test_run_on_demand_waits_for_the_one_in_progress(schedules: Schedules, runs: Runs) -> None:
    # Given a run in progress
    (first,) = schedules.start_due(after(5))
    assert runs.entered.wait(DEADLINE_S)
    thread = threading.Thread(target=schedules.run, args=("Tidy",))

    # When a test asks for another one
    thread.start()
    thread.join(0.05)
    waiting = list(runs.started)
    runs.leave.set()
    thread.join(DEADLINE_S)
    first.result(DEADLINE_S)

    # Then it comes after the first
    assert waiting == ["Tidy"]
    assert runs.started == ["Tidy", "Tidy"]
