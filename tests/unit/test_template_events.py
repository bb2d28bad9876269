"""The sample events: one for each route, stream and schedule of the template, and each as AWS sends it."""

import json
from base64 import b64decode
from hashlib import md5
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from aws_lambda_powertools.utilities.data_classes import (
    APIGatewayProxyEventV2,
    DynamoDBStreamEvent,
    EventBridgeEvent,
    SQSEvent,
)

from local.runner import filters
from tests.template_model import ROOT, functions, referred, snake_case

Event = dict[str, Any]


def declared() -> dict[tuple[str, str], Any]:
    """The events of the template, by the function's folder and the event's name in snake case."""
    return {(each.folder, snake_case(name)): event for each in functions() for name, event in each.events.items()}


def files() -> dict[str, Path]:
    found = (ROOT / "events").glob("*/*")
    return {str(path.relative_to(ROOT)): path for path in sorted(found)}


def source_of(path: Path) -> tuple[str, str]:
    """A request's route names its event; otherwise, clicks-window_end.json is a case of the function's event Clicks."""
    folder, name = path.parent.name, path.stem.partition("-")[0]
    key = json.loads(path.read_text(encoding="utf-8")).get("routeKey")
    if key is None:
        return folder, name
    of_route = (event for (each, event), made in declared().items() if each == folder and route_key(made) == key)
    return folder, next(of_route, f"{name}, whose route is {key}")


def route_key(declaration: Any) -> str | None:
    """None for events of other kinds."""
    properties = declaration["Properties"]
    if declaration["Type"] != "HttpApi":
        return None
    return f"{properties['Method']} {properties['Path']}" if "Path" in properties else "$default"


def of_kind(*kinds: str) -> list[Any]:
    """(declaration, event) of the sample files, as test parameters."""
    return [
        pytest.param(declared()[source_of(path)], json.loads(path.read_text(encoding="utf-8")), id=name)
        for name, path in files().items()
        if declared().get(source_of(path), {}).get("Type") in kinds
    ]


def test_every_event_has_a_sample_and_every_sample_an_event() -> None:
    assert {source_of(path) for path in files().values()} == set(declared())
    assert {path.suffix for path in files().values()} == {".json"}


def test_every_kind_of_event_is_checked_below() -> None:
    assert {each["Type"] for each in declared().values()} <= {"HttpApi", "DynamoDB", "SQS", "ScheduleV2"}


@pytest.mark.parametrize(("declaration", "event"), of_kind("HttpApi"))
def test_a_request_is_one_that_api_gateway_routes_to_the_function(declaration: Any, event: Event) -> None:
    # Given a request in payload format 2.0
    request = APIGatewayProxyEventV2(event)
    route = declaration["Properties"]
    parameters = request.path_parameters or {}

    # Then its route is the declared one, and its path is that route with the parameters filled in
    assert request.version == "2.0"
    assert request.raw_path == request.path == request.request_context.http.path
    assert request.request_context.stage == "$default"
    assert request.route_key == request.request_context.route_key
    assert request.route_key == route_key(declaration)
    if "Path" not in route:
        return
    assert route["Method"] in (request.http_method, "ANY")
    assert request.raw_path == route["Path"].replace("+}", "}").format(**parameters)


@pytest.mark.parametrize(("_declaration", "event"), of_kind("HttpApi"))
def test_the_parts_of_a_request_agree_with_one_another(_declaration: Any, event: Event) -> None:
    headers = event["headers"]
    query = {name: ",".join(values) for name, values in parse_qs(event["rawQueryString"]).items()}

    assert [name for name in headers if name != name.lower()] == []
    assert event.get("queryStringParameters", {}) == query
    assert headers["user-agent"] == event["requestContext"]["http"]["userAgent"]
    assert headers["x-forwarded-for"] == event["requestContext"]["http"]["sourceIp"]
    body = b64decode(event["body"]) if event["isBase64Encoded"] else event.get("body", "").encode()
    kind = headers.get("content-type")
    assert int(headers.get("content-length", 0)) == len(body)
    assert ("body" in event) == (kind is not None)
    # Only text is sent unencoded, and a form is not text: AWS Lambda, "Payload format" of HTTP APIs.
    assert event["isBase64Encoded"] == (kind == "application/x-www-form-urlencoded")
    if kind == "application/json":
        assert isinstance(json.loads(body), dict | list)


@pytest.mark.parametrize(("declaration", "event"), of_kind("DynamoDB"))
def test_a_batch_is_one_that_the_stream_mapping_delivers(declaration: Any, event: Event) -> None:
    # Given a batch from a mapping with a filter and a tumbling window
    mapping = declaration["Properties"]
    records = list(DynamoDBStreamEvent(event).records)

    # Then it names its shard and window, and says whether the window is over
    assert event["shardId"].startswith("shardId-")
    assert set(event["window"]) == {"start", "end"}
    assert isinstance(event["isFinalInvokeForWindow"], bool)
    assert isinstance(event["isWindowTerminatedEarly"], bool)
    assert isinstance(event["state"], dict)
    # And only what the filter lets through is in it, each once and in the stream's order
    assert len(records) <= mapping["BatchSize"]
    assert bool(records) != event["isFinalInvokeForWindow"]
    patterns = filters.patterns(mapping, "the mapping")
    assert all(filters.matches(patterns, record.raw_event) for record in records)
    assert all(record.raw_event["eventSourceARN"] == event["eventSourceARN"] for record in records)
    changes = [record.dynamodb for record in records if record.dynamodb]
    numbers = [int(change.sequence_number or 0) for change in changes]
    assert numbers == sorted(set(numbers))
    assert all(change.keys.items() <= change.new_image.items() for change in changes)


@pytest.mark.parametrize(("_declaration", "event"), of_kind("ScheduleV2"))
def test_a_scheduled_event_is_what_eventbridge_scheduler_sends(_declaration: Any, event: Event) -> None:
    scheduled = EventBridgeEvent(event)

    assert (scheduled.source, scheduled.detail_type) == ("aws.scheduler", "Scheduled Event")
    assert ":schedule/default/" in scheduled.resources[0]
    assert event["detail"] == "{}"


@pytest.mark.parametrize(("declaration", "event"), of_kind("SQS"))
def test_messages_are_what_the_queue_mapping_delivers(declaration: Any, event: Event) -> None:
    records = list(SQSEvent(event).records)
    (queue,) = referred(declaration["Properties"]["Queue"])

    assert 0 < len(records) <= declaration["Properties"]["BatchSize"]
    assert len({record.message_id for record in records}) == len(records)
    for record in records:
        assert (record.raw_event["eventSource"], record.aws_region) == ("aws:sqs", "us-east-1")
        assert record.event_source_arn.rpartition(":")[2] == queue
        assert record.md5_of_body == md5(record.body.encode(), usedforsecurity=False).hexdigest()
        assert isinstance(record.json_body, dict)
        assert int(record.attributes.approximate_receive_count) >= 1
        assert int(record.attributes.sent_timestamp) <= int(record.attributes.approximate_first_receive_timestamp)
