"""Figures about queues, messages that were given up, and schedules."""

import json
from datetime import UTC, datetime

import pytest

from signpost.operation.figures import Depth, Run, next_run, queue_figures, what
from signpost.operation.parts import Queue, parts

NOW = datetime(2026, 11, 21, 17, 3, tzinfo=UTC).timestamp()
HOURLY, DAILY = "rate(1 hour)", "cron(30 6 * * ? *)"


def at(hour: int, minute: int, day: int = 21) -> float:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC).timestamp()


def test_parts_are_read_as_the_template_writes_them() -> None:
    found = parts(
        "stack shop prod\n queue Jobs https://sqs.example/1/shop-Jobs-X Work\nlog Work shop-WorkLogs-Y\n"
        "schedule Sweep cron(0 6 * * ? *)\n"
    )

    assert (found.namespace, found.stage) == ("Signpost/shop", "prod")
    assert found.queue("Jobs") == Queue("Jobs", "https://sqs.example/1/shop-Jobs-X", "Work")
    assert found.queues[0].physical == "shop-Jobs-X"
    assert found.logs == (("Work", "shop-WorkLogs-Y"),)
    assert found.schedules == (("Sweep", "cron(0 6 * * ? *)"),)
    assert found.queue("Nothing") is None


def test_a_failure_queue_knows_whose_failures_it_takes() -> None:
    queues = [Queue(name, f"https://sqs.example/1/{name.lower()}", "Work") for name in ("Jobs", "Failures", "Aside")]
    depths = {"jobs": Depth(3, 1, 0, "failures"), "failures": Depth(2, 0, 0, None), "aside": Depth(1, 0, 0, None)}

    jobs, failures, aside = queue_figures(queues, depths, {"jobs": 72.0}, {"jobs": [1.0, 3.0], "failures": []})

    assert (jobs.oldest, jobs.history, jobs.is_for_failures) == (72.0, (1.0, 3.0), False)
    assert (failures.given_up_by, failures.can_be_put_back, failures.history) == (("Jobs",), True, None)
    assert (aside.is_for_failures, aside.can_be_put_back) == (True, False)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"install": "instagram-7", "why": "webhook", "name": "Nora Person"}, "install instagram-7"),
        ({"account": 17841, "step": "comments"}, "account 17841, step comments"),
        ({"detail-type": "AccountErased", "detail": {"install": "x"}}, "install x, kind AccountErased"),
        ({"DDBStreamBatchInfo": {"batchSize": 20}}, "20 records of a table's stream"),
        ({"email": "nora@example.com"}, "a message without an id"),
        ({"install": {"name": "Nora"}}, "a message without an id"),
        (["Nora"], "a message without an id"),
        ({"install": "x" * 100}, f"install {'x' * 64}"),
    ],
)
def test_a_message_is_named_by_ids_alone(body: object, said: str) -> None:
    assert what(json.dumps(body)) == said
    assert what("Nora's address") == "a message that is not JSON"


@pytest.mark.parametrize(
    ("expression", "ended_at", "due"),
    [
        (HOURLY, at(16, 30), at(17, 30)),
        (HOURLY, at(9, 0), NOW),  # it is late, so it may come at any moment
        (HOURLY, None, None),
        ("rate(5 minutes)", at(17, 0), at(17, 5)),
        (DAILY, None, at(6, 30, 22)),
        ("cron(0 18 * * ? *)", at(18, 0, 20), at(18, 0)),
    ],
)
def test_a_schedule_is_due_after_its_last_run_or_by_the_clock(
    expression: str, ended_at: float | None, due: float | None
) -> None:
    assert next_run(expression, ended_at, NOW) == due


def test_a_schedule_is_late_after_two_periods() -> None:
    def run(ended_at: float | None, expression: str = HOURLY) -> Run:
        return Run("Sweep", expression, ended_at, 1.0, failed=False, next_at=None)

    assert not run(at(15, 10)).is_late(NOW)
    assert run(at(14, 50)).is_late(NOW)
    assert not run(at(14, 50), DAILY).is_late(NOW)
    assert not run(None).is_late(NOW)
