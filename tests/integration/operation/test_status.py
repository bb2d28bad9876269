"""/status and /log through the handler, on the template's tables, queues and logs."""

import gzip
import importlib
import json
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from local.runner.application import Application
from signpost.analytics.member_store import MemberStore
from signpost.analytics.members import Member
from signpost.instagram import call_counts
from signpost.instagram.products import Provider
from signpost.operation.status import wiring
from signpost.operation.version import VERSION
from signpost.platform import aws, settings
from signpost.platform.dynamodb import Table
from tests.aws import Aws, empty, empty_queue
from tests.http_events import ADMIN, basic, http_event
from tests.integration.conftest import Handlers
from tests.openapi import assert_conforms
from tests.samples import EVENTS, sample

NOW = time.time()
TABLES = ("Campaigns", "ClickCounts", "InstagramInstalls", "Members", "RateLimits")
Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def environment(signpost_application: Application) -> dict[str, str]:
    empty(*TABLES)
    return dict(signpost_application.functions["Status"].environment)


@pytest.fixture
def ask(environment: dict[str, str], handlers: Handlers, context: Any) -> Ask:
    """Calls a function that remembers nothing, with settings that may be changed."""
    handler = handlers("status").handler

    def send(method: str, path: str, **options: Any) -> dict[str, Any]:
        changed: Mapping[str, str] = options.pop("environment", {})
        answers = wiring.build(
            settings.load(wiring.Settings, {**environment, **changed}), clock=lambda: NOW, patience=60
        )
        reply: dict[str, Any] = handler(http_event(method, path, **options), context, answers=answers)
        assert_conforms(method, path, reply)
        return reply

    return send


def content(reply: Mapping[str, Any]) -> Any:
    body = reply["body"]
    return json.loads(gzip.decompress(b64decode(body)) if reply.get("isBase64Encoded") else body)


def test_everybody_sees_the_status_without_names_from_the_aws_account(ask: Ask, data: Aws) -> None:
    # Given members, an account that is synced, and calls today
    members = MemberStore(aws.dynamodb(), "Members")
    for member in (Member("1", NOW), Member("2", NOW, snapshot="s", snapshot_at=NOW), Member("3", NOW, left_at=NOW)):
        members.create(member)
    installs = Table(aws.dynamodb(), "InstagramInstalls")
    installs.put({"key": "instagram-1", "sync": "due", "sync_at": NOW})
    day = time.strftime("%Y-%m-%d", time.gmtime(NOW))
    installs.put({"key": call_counts.key(Provider.FACEBOOK, day), "calls": 42})

    reply = ask("GET", "/status")

    found = content(reply)
    assert (reply["statusCode"], found["state"], found["version"], found["stage"]) == (200, "ok", VERSION, "dev")
    assert reply["headers"]["access-control-allow-origin"] == "*"
    assert found["contexts"]["analytics"] | {"stores": []} == {"stores": [], "members": 2, "cached_reports": 1}
    instagram = found["contexts"]["instagram"]
    assert (instagram["active_workers"], instagram["api_calls_today"]) == (1, {"facebook": 42, "instagram": 0})
    assert found["contexts"]["tracking"]["redirects_last_hour"]["count"] == 0
    assert all(store["reachable"] for each in found["contexts"].values() for store in each["stores"])
    assert {each["name"] for each in found["queues"]} >= {"MediaFetchJobs", "MediaFetchFailures"}
    assert "schedules" not in found
    assert not [secret for secret in ("arn:", "amazonaws", "123456789012", "http") if secret in json.dumps(found)]


def test_a_store_that_does_not_answer_is_named(ask: Ask) -> None:
    reply = ask(
        "GET",
        "/status",
        environment={"MEDIA_TABLE": "Nothing", "EXPORTS_BUCKET": "nothing", "SNAPSHOTS_BUCKET": "none"},
    )

    found = content(reply)
    missing = [
        store["name"] for each in found["contexts"].values() for store in each["stores"] if not store["reachable"]
    ]
    assert (reply["statusCode"], found["state"], missing) == (503, "down", ["Exports", "Media", "ReportSnapshots"])


def test_many_who_ask_cost_no_more_than_one(environment: dict[str, str], handlers: Handlers, context: Any) -> None:
    now = [NOW]
    answers = wiring.build(settings.load(wiring.Settings, environment), clock=lambda: now[0], patience=60)

    def at() -> str:
        event = http_event("GET", "/status")
        return str(content(handlers("status").handler(event, context, answers=answers))["at"])

    first = at()
    now[0] += 4
    assert at() == first
    now[0] += 2
    assert at() != first


def test_a_queue_has_its_depth_over_a_day_and_the_age_of_its_oldest_message(ask: Ask, data: Aws) -> None:
    empty_queue("TokenJobs")
    url = data.client("sqs").get_queue_url(QueueName="TokenJobs")["QueueUrl"]
    data.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    dimensions = [{"Name": "QueueName", "Value": "TokenJobs"}]
    for name, age, value in (
        ("ApproximateNumberOfMessagesVisible", 7200, 3.0),
        ("ApproximateNumberOfMessagesVisible", 60, 1.0),
        ("ApproximateAgeOfOldestMessage", 90, 72.0),
    ):
        datum = {"MetricName": name, "Dimensions": dimensions, "Timestamp": NOW - age, "Value": value}
        data.client("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=[datum])

    queues = {each["name"]: each for each in content(ask("GET", "/status"))["queues"]}

    assert (queues["TokenJobs"]["visible"], queues["TokenJobs"]["oldest_seconds"]) == (1, 72)
    assert queues["TokenJobs"]["depth_24h"] == [3.0, 1.0]
    assert queues["BackfillJobs"]["oldest_seconds"] is None
    empty_queue("TokenJobs")


def test_the_administrator_sees_when_schedules_ran(ask: Ask, data: Aws) -> None:
    put = data.client("cloudwatch").put_metric_data
    namespace, dimensions = "Signpost/local", [{"Name": "service", "Value": "sync_sweep"}]
    for name, value in (("ScheduleTook", 640.0), ("ScheduleFailed", 1.0)):
        datum = {"MetricName": name, "Dimensions": dimensions, "Timestamp": NOW - 300, "Value": value}
        put(Namespace=namespace, MetricData=[datum])

    assert ask("GET", "/status", query="detail=1")["statusCode"] == 401
    found = content(ask("GET", "/status", query="detail=1", headers=basic(*ADMIN)))

    runs = {each["name"]: each for each in found["schedules"]}
    assert set(runs) >= {"CampaignStats", "SyncSweep", "TokenSweep"}
    assert (runs["SyncSweep"]["took_seconds"], runs["SyncSweep"]["failed"]) == (0.6, True)
    assert runs["SyncSweep"]["last_run_at"] is not None
    assert runs["CampaignStats"]["last_run_at"] is None


def test_stats_are_for_the_administrator(ask: Ask) -> None:
    empty("Messaging")
    Table(aws.dynamodb(), "Messaging").put({"pk": "counters", "sk": "totals", "users": 3, "messages": 20, "videos": 4})

    assert ask("GET", "/stats")["statusCode"] == 401
    found = content(ask("GET", "/stats", headers=basic(*ADMIN)))

    counts = {"users_count": 3, "conversations_count": 0, "messages_count": 20, "videos_count": 4, "received_count": 0}
    assert found == counts


def test_the_log_is_for_the_administrator_newest_first(ask: Ask, data: Aws) -> None:
    logs = data.client("logs")
    logs.create_log_stream(logGroupName="MediaFetchLogs", logStreamName="s")
    events = [
        {"timestamp": int((NOW - age) * 1000), "message": json.dumps({"level": "INFO", "message": f"{age} s ago"})}
        for age in (7000, 100, 50)
    ]
    logs.put_log_events(logGroupName="MediaFetchLogs", logStreamName="s", logEvents=events)

    assert ask("GET", "/log")["statusCode"] == 401
    assert ask("GET", "/log", headers=basic("admin", "wrong"))["statusCode"] == 401
    assert ask("GET", "/log", query="tail=0", headers=basic(*ADMIN))["statusCode"] == 422
    found = content(ask("GET", "/log", query="tail=2", headers=basic(*ADMIN)))
    assert [each["message"] for each in found["lines"]] == ["50 s ago", "100 s ago"]
    assert found["unread"] == []
    older = content(ask("GET", "/log", query="tail=3", headers=basic(*ADMIN)))
    assert [each["message"] for each in older["lines"]][-1] == "7000 s ago"
    logs.delete_log_stream(logGroupName="MediaFetchLogs", logStreamName="s")


def test_a_client_adds_a_line_at_level_info(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    forged = 'gone\n{"level": "CRITICAL", "message": "all is lost"}'

    assert ask("POST", "/log", body=forged)["statusCode"] == 200

    (line,) = [vars(each) for each in caplog.records if each.getMessage() == "a client says"]
    assert (line["levelname"], line["client"], "\n" in line["line"]) == ("INFO", "203.0.113.7", False)
    assert ask("POST", "/log", body="x" * 4097)["statusCode"] == 422
    assert ask("POST", "/log", body="")["statusCode"] == 400


def test_a_client_that_writes_too_much_is_refused(ask: Ask) -> None:
    statuses = [ask("POST", "/log", body="again")["statusCode"] for _ in range(21)]

    assert statuses == [200] * 20 + [429]
    assert ask("POST", "/log", body="again", ip="198.51.100.9")["statusCode"] == 200


@pytest.mark.parametrize("name", sorted(path.stem for path in (EVENTS / "status").glob("*.json")))
def test_the_sample_events_are_answered(
    name: str, handlers: Handlers, environment: dict[str, str], context: Any
) -> None:
    answers = wiring.build(settings.load(wiring.Settings, environment), patience=60)
    reply = handlers("status").handler(sample("status", name), context, answers=answers)

    assert reply["statusCode"] == (401 if name in {"read-detail", "read_log", "stats"} else 200)


def test_the_version_is_that_of_the_project() -> None:
    tomllib = importlib.import_module("tomllib")
    text = (EVENTS.parent / "pyproject.toml").read_text(encoding="utf-8")

    assert tomllib.loads(text)["project"]["version"] == VERSION
