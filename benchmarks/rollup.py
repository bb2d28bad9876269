"""The rollup: 10,000 clicks on 20 campaigns in batches of 1,000, each run in a new process with empty caches."""

import time
from contextlib import closing
from pathlib import Path

from benchmarks import stream_events
from benchmarks.figures import Figure, median
from benchmarks.packages import Package
from benchmarks.processes import BenchmarkError, RollupWorker, Stub
from signpost.tracking.counting.counts import TOTALS

RUNS = 7


def measure(package: Package, python: Path, stub: Stub, folder: Path) -> list[Figure]:
    events_file = folder / "stream_events.json"
    stream_events.write(events_file, time.time())
    clicks, seconds = stream_events.CLICKS, []
    for run in range(1, RUNS + 1):
        stub.report()
        with closing(RollupWorker(python, package, stub, events_file, folder / "rollup.log")) as worker:
            seconds.append(worker.seconds())
        print(f"rollup {run}/{RUNS}: {clicks / seconds[-1]:,.0f} clicks/s", flush=True)
    report = stub.report()
    counted = sum(int(item[name]["N"]) for item in report.items for name in TOTALS if name in item)
    if counted != clicks:
        raise BenchmarkError(f"the rollup counted {counted} of {clicks} clicks")
    return [
        median("rollup.clicks_per_second", [clicks / each for each in seconds], "1/s"),
        Figure("rollup.write_units_per_click", report.write_units / clicks, "units", 1),
        Figure("rollup.read_units_per_click", report.read_units / clicks, "units", 1),
        median("rollup.time", seconds, "s"),
    ]
