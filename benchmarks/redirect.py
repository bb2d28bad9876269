"""The redirect, warm: called in a process, and over HTTP through the emulator."""

import time
from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from benchmarks.capacity import item_size
from benchmarks.dynamodb_stub import TARGET
from benchmarks.emulator import Emulator
from benchmarks.figures import Figure, median, percentile, ratio
from benchmarks.packages import Package
from benchmarks.processes import Batch, BenchmarkError, Stub, Worker
from local.runner.processes import Spawner

ROUNDS, CALLS = 9, 2_000
_WARM_UP = 200
_COUNTED = 500
_HTTP_ROUNDS, _HTTP_CALLS = 7, 400
_USUAL = ("boto3_powertools", "fastapi_mangum")
_HEADERS = {
    "location": TARGET,
    "cache-control": "no-store",
    "x-robots-tag": "noindex",
    "referrer-policy": "no-referrer-when-downgrade",
}


def measure(packages: Mapping[str, Package], python: Path, stub: Stub, event_file: Path) -> list[Figure]:
    """Time and CPU of one redirect, and its calls to DynamoDB."""
    with ExitStack() as stack:
        workers = {
            name: stack.enter_context(
                closing(Worker(python, package, stub, event_file, event_file.with_name(f"{name}.log")))
            )
            for name, package in packages.items()
        }
        for name, worker in workers.items():
            check_reply(name, worker.reply())
        calls = _dynamodb_calls(workers, stub)
        batches: dict[str, list[Batch]] = {name: [] for name in workers}
        for round_number in range(1, ROUNDS + 1):
            for name, worker in workers.items():
                worker.batch(_WARM_UP)  # which also reads the campaign again when that is due
                batches[name].append(worker.batch(CALLS))
            stub.report()  # forget the clicks
            times = "  ".join(f"{name} {of[-1].p50:,.0f}" for name, of in batches.items())
            print(f"redirect {round_number}/{ROUNDS}, µs: {times}", flush=True)
    figures = {
        (name, field): median(f"redirect.{name}.{field}", [getattr(batch, field) for batch in of], "µs")
        for name, of in batches.items()
        for field in Batch._fields
    }
    ratios = [
        ratio(f"redirect.{field}_ratio_to_floor", figures["ours", field], figures["floor", field])
        for field in Batch._fields
    ]
    ratios += [
        ratio(f"redirect.{field}_ratio_to_socket_floor", figures["ours", field], figures["socket_floor", field])
        for field in ("p50", "cpu")
    ]
    ratios += [
        ratio(f"redirect.cpu_ratio_{name}_to_ours", figures[name, "cpu"], figures["ours", "cpu"]) for name in _USUAL
    ]
    return [*ratios, *calls, *figures.values()]


def check_reply(name: str, reply: Mapping[str, Any]) -> None:
    """Raise BenchmarkError unless this is the redirect."""
    headers = {key.lower(): value for key, value in reply["headers"].items()}
    if reply["statusCode"] != 307 or {key: headers.get(key) for key in _HEADERS} != _HEADERS:
        raise BenchmarkError(f"{name} does not answer the redirect: {reply}")


def _dynamodb_calls(workers: Mapping[str, Worker], stub: Stub) -> list[Figure]:
    """The calls of a redirect once the campaign is known. Raises BenchmarkError unless all variants write the same."""
    found: dict[str, list[Figure]] = {}
    attributes, sizes = {}, {}
    for name, worker in workers.items():
        worker.reply()  # the campaign is known now
        stub.report()
        worker.batch(_COUNTED)
        report = stub.report()
        reads = report.calls.get("GetItem", 0)
        writes = sum(report.calls.values()) - reads
        found[name] = [
            Figure("redirect.dynamodb_writes", writes / _COUNTED, "calls", 1),
            Figure("redirect.dynamodb_reads", reads / _COUNTED, "calls", 1),
            Figure("redirect.write_units", report.write_units / _COUNTED, "units", 1),
            Figure("redirect.item_size", item_size(report.last_put), "bytes", 1),
        ]
        # Without the time to live: a number's size does not count the zeros at its end.
        rest = {key: value for key, value in report.last_put.items() if key != "ttl"}
        attributes[name], sizes[name] = set(report.last_put), item_size(rest)
    if any(each != attributes["ours"] for each in attributes.values()) or max(sizes.values()) > min(sizes.values()):
        raise BenchmarkError(f"the variants do not write the same item: {attributes}, {sizes}")
    return found["ours"]


def measure_http(packages: Mapping[str, Package], python: Path, stub: Stub, event_file: Path) -> list[Figure]:
    """Requests through the emulator and Lambda's runtime client, one after the other."""
    event = event_file.read_bytes()
    rates: dict[str, list[float]] = {name: [] for name in packages}
    p50s: dict[str, list[float]] = {name: [] for name in packages}
    p99s: dict[str, list[float]] = {name: [] for name in packages}
    with closing(Spawner()) as spawner, ExitStack() as stack:
        emulators = {
            name: stack.enter_context(
                closing(Emulator(spawner, python, package, stub, event_file.with_name(f"{name}.http"), verbose=False))
            )
            for name, package in packages.items()
        }
        for number in range(1, _HTTP_ROUNDS + 1):
            for name, emulator in emulators.items():
                for _ in range(20):
                    emulator.invoke(event)
                times = [_timed(emulator, event) for _ in range(_HTTP_CALLS)]
                rates[name].append(_HTTP_CALLS / sum(times) * 1000)
                p50s[name].append(percentile(times, 50))
                p99s[name].append(percentile(times, 99))
            print(f"over HTTP {number}/{_HTTP_ROUNDS}, ms: " + _last(p50s), flush=True)
    return [
        figure
        for name in packages
        for figure in (
            median(f"http.{name}.requests_per_second", rates[name], "1/s"),
            median(f"http.{name}.p50", p50s[name], "ms"),
            median(f"http.{name}.p99", p99s[name], "ms"),
        )
    ]


def _timed(emulator: Emulator, event: bytes) -> float:
    start = time.perf_counter()
    emulator.invoke(event)
    return (time.perf_counter() - start) * 1000


def _last(values: Mapping[str, list[float]]) -> str:
    return "  ".join(f"{name} {of[-1]:.2f}" for name, of in values.items())
