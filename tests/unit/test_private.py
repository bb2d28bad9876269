"""What is planted in a test's output is found; what belongs there is not."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from tests import conftest
from tests.private import leak, never_logged

TOKEN = "Zk3xQ9vT1mB7cN5dR8fG2hJ4kL6pW0sYaE-uIoXtVqM"


def line(message: str, **facts: str) -> str:
    return json.dumps({"level": "INFO", "message": message, **facts})


@pytest.mark.parametrize(
    ("planted", "what"),
    [
        (line("sent to +14155550123"), "a phone number"),
        ("[MessagingOutbound] INFO SmsSent to=+14155550123", "a phone number"),
        (line("sent", reason="no such address: nora@mail.example.com"), "an e-mail address"),
        (line("Signpost code: 4821"), "a code"),
        (line("sent", verification_code="4821"), "a code"),
        (line("admitted", token=TOKEN), "an access token"),
        (line("registered", email="x"), "something personal"),
        (line("stored", what="Dinner at eight?"), "what somebody wrote"),
        ("local-verify-token", "a secret"),
    ],
)
def test_what_is_planted_is_found_and_not_repeated(planted: str, what: str) -> None:
    never_logged("Dinner at eight?")

    found = leak(f"first line\n{planted}\nlast line")

    assert what in found
    assert len(found) < 70


@pytest.mark.parametrize(
    "innocent",
    [
        "Write to nora@example.com or call +14155550123",  # not a log line
        line("ended", install="instagram-17841434855643889", at="2026-11-21T07:45:30.000000+00:00"),
        line("refused", code="PolicyDenied", status="4210", outbox="01M7YH2HCG72TECMQ49PKZ57H6"),
        line("imported", account="@nora.bakes.demo", digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15"),
    ],
)
def test_what_belongs_there_is_left_alone(innocent: str) -> None:
    assert leak(innocent) == ""


def test_a_test_whose_log_has_something_personal_fails() -> None:
    report: Any = SimpleNamespace(
        sections=[("Captured stdout", line("to +14155550123"))], passed=True, outcome="passed"
    )
    item: Any = SimpleNamespace(nodeid="test_it")

    hook = conftest.pytest_runtest_makereport(item)
    next(hook)
    with pytest.raises(StopIteration):
        hook.send(report)

    assert report.outcome == "failed"
    assert "a phone number" in report.longrepr
    assert "+14155550123" not in report.longrepr
