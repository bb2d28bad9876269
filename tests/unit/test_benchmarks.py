"""What `make bench` concludes from its numbers, and that the variants that it compares do the same work."""

import importlib
import json
import sys
import time
from calendar import timegm
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks import capacity, figures, report_snapshot, stream_events, update_expression
from benchmarks.dynamodb_stub import Tables
from benchmarks.figures import BOUNDS, Figure
from benchmarks.packages import REDIRECTS, SOCKET_FLOOR, Package
from benchmarks.processes import lambda_environment
from benchmarks.redirect import check_reply
from benchmarks.variants import our_report

EVENT = json.loads((Path(__file__).parents[2] / "events" / "track_redirect" / "get.json").read_text())
NOW = 1_795_247_130.0
VARIANTS = {**REDIRECTS, "socket_floor": SOCKET_FLOOR}


def reaching(bounds: dict[str, figures.Bound]) -> list[Figure]:
    return [Figure(name, bound.low if bound.low > 0 else bound.high, "x", 7) for name, bound in bounds.items()]


def test_a_run_that_just_meets_the_bounds_passes() -> None:
    assert figures.missed(reaching(dict(BOUNDS))) == []


@pytest.mark.parametrize("name", BOUNDS)
def test_a_bound_is_missed_by_one_percent_or_when_its_figure_is_missing(name: str) -> None:
    # Given a run that meets all bounds but one
    others = [figure for figure in reaching(dict(BOUNDS)) if figure.name != name]
    bound = BOUNDS[name]
    beyond = bound.high * 1.01 + 0.01 if bound.high < float("inf") else bound.low * 0.99

    # Then that one is named, whether its figure is too high, too low or missing
    assert name in "".join(figures.missed([*others, Figure(name, beyond, "x", 7)]))
    assert name in "".join(figures.missed(others))


def test_a_ratio_is_that_of_the_medians() -> None:
    ours = figures.median("ours", [1.0, 9.0, 2.0], "µs")
    floor = figures.median("floor", [4.0, 4.0, 4.0, 0.0, 9.0], "µs")
    assert figures.ratio("ratio", ours, floor) == Figure("ratio", 0.5, "x", 3)


def test_percentiles_of_a_known_list() -> None:
    values = [float(value) for value in range(1, 102)]
    assert figures.percentile(values, 50) == 51
    assert figures.percentile(values, 99) == 100


def test_the_table_marks_what_is_missed() -> None:
    text = figures.table(
        [Figure("redirect.p50_ratio_to_floor", 1.5, "x", 9), Figure("redirect.ours.p50", 104, "µs", 9)]
    )
    assert "≤ 1.3   MISSED" in text
    assert text.endswith("9")  # where there is no bound, there is no verdict


def test_items_have_the_size_that_dynamodb_charges() -> None:
    item: capacity.Item = {
        "name": {"S": "größe"},  # 4 + 7
        "count": {"N": "1205"},  # 5 + 2 + 1
        "minus": {"N": "-100"},  # 5 + 1 + 1 + 1
        "flag": {"BOOL": True},  # 4 + 1
        "list": {"L": [{"S": "ab"}]},  # 4 + 3 + 1 + 2
        "map": {"M": {"key": {"N": "7"}}},  # 3 + 3 + 1 + 3 + 2
    }
    assert capacity.item_size(item) == 11 + 8 + 8 + 5 + 10 + 12
    assert [capacity.write_units({"a": {"S": "x" * size}}) for size in (1, 1023, 1024)] == [1, 1, 2]
    assert [capacity.read_units({"a": {"S": "x" * size}}) for size in (1, 4095, 4096)] == [1, 1, 2]


def test_updates_add_set_and_set_once() -> None:
    item: dict[str, Any] = {"n": {"N": "2"}, "old": {"S": "kept"}}
    request = {
        "UpdateExpression": "ADD n :one, #new :one SET #mark = :upto, old = if_not_exists(old, :upto), "
        "other = if_not_exists(other, :upto)",
        "ExpressionAttributeNames": {"#new": "country:DE", "#mark": "shard:1"},
        "ExpressionAttributeValues": {":one": {"N": "1"}, ":upto": {"S": "77"}},
    }
    update_expression.apply(item, request)
    assert item == {
        "n": {"N": "3"},
        "country:DE": {"N": "1"},
        "shard:1": {"S": "77"},
        "old": {"S": "kept"},
        "other": {"S": "77"},
    }


def test_made_up_clicks_are_varied_and_the_same_in_every_run(tmp_path: Path) -> None:
    files = [tmp_path / "1", tmp_path / "2"]
    for file in files:
        stream_events.write(file, NOW)
    events = json.loads(files[0].read_text())
    agents = {record["dynamodb"]["NewImage"]["agent"]["S"] for event in events for record in event["Records"]}
    assert files[0].read_bytes() == files[1].read_bytes()
    assert [len(event["Records"]) for event in events] == [1000] * 10
    assert len(agents) > 300


def test_a_made_up_account_is_the_same_in_every_run_and_has_every_report_that_is_measured() -> None:
    packed = report_snapshot.packed(30)
    statuses = {name: json.loads(our_report.answer(packed, "1", name))["response"] for name in our_report.NAMES}

    assert report_snapshot.packed(30) == packed
    assert {name for name, response in statuses.items() if response["report-status"] != 200} == set()
    assert len(statuses) == 21


# ------------------------------------------------------------------------------------------------------ the variants
@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Any]]:
    """Imports modules again, in the benchmark's environment; afterwards they are as before."""
    for name, value in lambda_environment(Package("", Path(), Path()), "http://127.0.0.1:9").items():
        if name not in ("PATH", "PYTHONPATH"):
            monkeypatch.setenv(name, value)
    before = dict(sys.modules)

    def load(name: str) -> Any:
        sys.modules.pop(name, None)
        return importlib.import_module(name)

    yield load
    for module in {variant.module for variant in VARIANTS.values()} & set(sys.modules):
        del sys.modules[module]
    sys.modules.update(before)


class Wire:
    """In place of the floors' connections and the others' clients: sends their requests to the stub's tables."""

    status = 200

    def __init__(self) -> None:
        self.tables = Tables()

    def request(self, _method: str, _path: str, body: bytes, _headers: dict[str, str]) -> None:
        self.tables.reply("PutItem", body)

    def sendall(self, request: bytes) -> None:
        head, body = request.split(b"\r\n\r\n", 1)
        assert f"Content-Length: {len(body)}".encode() in head
        self.tables.reply("PutItem", body)

    def recv(self, _size: int) -> bytes:
        return b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

    def getresponse(self) -> "Wire":
        return self

    def read(self) -> bytes:
        return b"{}"

    def call(self, operation: str, request: dict[str, Any], _budget: float) -> Any:
        return self.tables.reply(operation, json.dumps(request).encode())


# FastAPI is not installed here; `make bench` itself compares all four before it measures.
@pytest.mark.parametrize("name", ["floor", "socket_floor", "ours", "boto3_powertools"])
def test_the_variants_redirect_alike_and_write_the_same_item(
    name: str, load: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a variant whose requests stay here
    wire = Wire()
    module = load(VARIANTS[name].module)
    if name in ("floor", "socket_floor"):
        monkeypatch.setattr(module, "CONNECTION", wire)
    else:
        store = module.REDIRECT.store if name == "ours" else module.usual.STORE
        monkeypatch.setattr(store, "_client", wire)

    # When it handles a click, and another one
    check_reply(name, module.handler(EVENT, None))
    first = wire.tables.report()
    check_reply(name, module.handler(EVENT, None))
    second = wire.tables.report()

    # Then the second one is a single write of one unit, of the same size in all variants
    assert second.calls == {"PutItem": 1}
    assert (second.write_units, second.read_units) == (1, 0)
    assert {"platform", "agent", "referrer", "source", "visitor"} < set(second.last_put)
    # A number that ends in zeros is smaller, so `ttl` is always the same one here
    assert capacity.item_size({**second.last_put, "ttl": {"N": "1803020399"}}) == 300
    assert first.last_put["click"] != second.last_put["click"]


def test_the_floor_signs_as_our_client_does(load: Callable[[str], Any]) -> None:
    from signpost.tracking.redirect import dynamodb_client

    floor = load(REDIRECTS["floor"].module)
    body = b'{"TableName":"Clicks"}'
    endpoint = dynamodb_client.Endpoint(tls=False, address="", port=9, host=floor.HOST, region=floor.REGION)
    credentials = dynamodb_client.AwsCredentials(floor.ACCESS_KEY, floor.SECRET_KEY, floor.TOKEN)
    noon = timegm(time.strptime(f"{floor.DAY}T12", "%Y%m%dT%H"))
    signed = dynamodb_client.Signer(endpoint, credentials).headers(floor.TARGET, body, noon)
    assert f"Authorization: {floor.headers(body, f'{floor.DAY}T120000Z')['Authorization']}\r\n" in signed
