import json
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from signpost.platform import correlation
from signpost.platform.errors import Unavailable
from signpost.platform.observe import Observer
from tests.logs import logged_by

CONTEXT = SimpleNamespace()
REQUEST: dict[str, Any] = {"requestContext": {"requestId": "request-7"}}
BATCH: dict[str, Any] = {"Records": []}


@pytest.fixture
def observer(monkeypatch: pytest.MonkeyPatch) -> Observer:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "some_function")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Signpost")
    return Observer()


def test_metrics_have_the_form_that_alarms_expect(observer: Observer, capsys: pytest.CaptureFixture[str]) -> None:
    @observer.handler
    def handler(_event: dict[str, Any], _context: Any) -> str:
        observer.count("Fetches", 3)
        observer.count("Posts")
        observer.count("Posts", 2)
        return "reply"

    assert handler({}, CONTEXT) == "reply"

    (line,) = capsys.readouterr().out.splitlines()
    written = json.loads(line)
    (directive,) = written.pop("_aws")["CloudWatchMetrics"]
    assert directive == {
        "Namespace": "Signpost",
        "Dimensions": [["service"]],
        "Metrics": [{"Name": "Fetches", "Unit": "Count"}, {"Name": "Posts", "Unit": "Count"}],
    }
    assert written == {"service": "some_function", "Fetches": [3.0], "Posts": [1.0, 2.0]}


def test_each_invocation_writes_its_own_metrics(observer: Observer, capsys: pytest.CaptureFixture[str]) -> None:
    @observer.handler
    def handler(event: dict[str, Any], _context: Any) -> None:
        if event["counts"]:
            observer.count("Fetches")

    for counts in (True, False, True):
        handler({"counts": counts}, CONTEXT)

    assert [json.loads(line)["Fetches"] for line in capsys.readouterr().out.splitlines()] == [[1.0], [1.0]]


def test_an_unexpected_error_is_logged_and_counted(observer: Observer, capsys: pytest.CaptureFixture[str]) -> None:
    @observer.handler
    def handler(_event: dict[str, Any], _context: Any) -> None:
        raise KeyError("install")

    with logged_by(observer.logger) as log, pytest.raises(KeyError):
        handler(REQUEST, CONTEXT)

    line = json.loads(log.getvalue())
    assert (line["level"], line["message"], line["exception_name"]) == ("ERROR", "unexpected error", "KeyError")
    assert line["location"].startswith("observed:")
    assert line["correlation_id"] == "request-7"
    assert json.loads(capsys.readouterr().out)["UnexpectedErrors"] == [1.0]


def test_an_error_of_ours_is_not_unexpected(observer: Observer, capsys: pytest.CaptureFixture[str]) -> None:
    @observer.handler
    def handler(_event: dict[str, Any], _context: Any) -> None:
        raise Unavailable("The table is not answering; try again.")

    with logged_by(observer.logger) as log, pytest.raises(Unavailable):
        handler({}, CONTEXT)

    assert (log.getvalue(), capsys.readouterr().out) == ("", "")


def test_work_for_a_request_has_its_id(observer: Observer) -> None:
    @observer.handler
    def handler(_event: dict[str, Any], _context: Any) -> str | None:
        observer.logger.info("done")
        return correlation.current_id.get()

    with logged_by(observer.logger) as log:
        assert [handler(event, CONTEXT) for event in (REQUEST, BATCH)] == ["request-7", None]

    first, second = map(json.loads, log.getvalue().splitlines())
    assert (first["correlation_id"], "correlation_id" in second) == ("request-7", False)


@pytest.mark.parametrize(("error", "failed"), [(None, 0), (Unavailable("not now"), 1)])
def test_a_run_of_a_schedule_says_how_long_it_took_and_whether_it_failed(
    error: Exception | None, failed: int, observer: Observer, capsys: pytest.CaptureFixture[str]
) -> None:
    @observer.handler
    def handler(_event: dict[str, Any], _context: Any) -> None:
        if error:
            raise error

    with suppress(Unavailable):
        handler({"source": "aws.scheduler", "detail-type": "Scheduled Event"}, CONTEXT)

    (line,) = capsys.readouterr().out.splitlines()
    written = json.loads(line)
    assert written["ScheduleFailed"] == [failed]
    assert written["ScheduleTook"][0] >= 0
