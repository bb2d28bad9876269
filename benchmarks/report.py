"""Reports on an account of 10,000 posts and 100,000 comments, cold and from memory, and how they grow."""

import math
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

from benchmarks import report_snapshot
from benchmarks.figures import Figure, median, ratio
from benchmarks.packages import Package
from benchmarks.processes import BenchmarkError, ReportWorker
from benchmarks.variants.our_report import NAMES

RUNS, GROWTH_RUNS = 7, 3
SIZES = (100, 1000, 10_000)
COMPARED = "top-commenters"  # goes through all comments


def measure(ours: Package, usual: Package, python: Path, folder: Path) -> list[Figure]:
    files = {size: folder / f"snapshot-{size}" for size in SIZES}
    for size, file in files.items():
        file.write_bytes(report_snapshot.packed(size))
    largest = files[SIZES[-1]]

    def worker(package: Package, file: Path) -> ReportWorker:
        return ReportWorker(python, package, file, folder / "report.log")

    _compare(worker(ours, largest), worker(usual, largest))
    with closing(worker(ours, largest)) as warm:
        first, cached = {}, {}
        for name in NAMES:
            first[name] = warm.report(name)
            cached[name] = [warm.report(name).cpu * 1000 for _ in range(RUNS)]
    slowest = max(NAMES[1:], key=lambda name: first[name].cpu)  # the first one unpacked the snapshot
    slowest_cached = max(NAMES, key=lambda name: statistics.median(cached[name]))
    cold: dict[str, list[float]] = {"slowest": [], "ours": [], "pandas": []}
    megabytes: list[float] = []
    for run in range(1, RUNS + 1):
        for label, package, name in (("slowest", ours, slowest), ("ours", ours, COMPARED), ("pandas", usual, COMPARED)):
            start = time.perf_counter()
            with closing(worker(package, largest)) as child:
                measured = child.report(name)
                cold[label].append(time.perf_counter() - start)
            if label == "pandas":
                megabytes.append(measured.megabytes)
        print(f"report {run}/{RUNS}: {slowest} {cold['slowest'][-1]:.2f} s cold", flush=True)
    compared = median(f"report.{COMPARED}.cold", cold["ours"], "s")
    pandas = median(f"report.{COMPARED}.pandas_cold", cold["pandas"], "s")
    return [
        median("report.cold", cold["slowest"], "s"),
        median("report.cached", cached[slowest_cached], "ms"),
        Figure("report.memory", max(each.megabytes for each in first.values()), "MB", 1),
        _growth({size: partial(worker, ours, file) for size, file in files.items()}),
        Figure("report.snapshot", largest.stat().st_size / 1e6, "MB", 1),
        compared,
        pandas,
        median("report.pandas_memory", megabytes, "MB"),
        ratio("report.cold_ratio_pandas_to_ours", pandas, compared),
    ]


def _growth(workers: Mapping[int, Callable[[], ReportWorker]]) -> Figure:
    """The CPU time of all reports together, with reading the snapshot, grows with this power of the number of posts."""
    exponents = []
    for _ in range(GROWTH_RUNS):
        seconds = {}
        for size, start in workers.items():
            with closing(start()) as child:
                seconds[size] = sum(child.report(name).cpu for name in NAMES)
        points = [(math.log(size), math.log(each)) for size, each in seconds.items()]
        exponents.append(statistics.linear_regression(*zip(*points, strict=True)).slope)
    return median("report.growth_exponent", exponents, "")


def _compare(ours: ReportWorker, usual: ReportWorker) -> None:
    """Both answer with the same rows, or there is nothing to compare."""
    found = []
    for each in (ours, usual):
        with closing(each) as child:
            rows = child.reply(COMPARED)["response"]["report-body"]["rows"]
            found.append([(row["userid"], row["c2"], row["av2"]) for row in rows])
    if found[0] != found[1] or not found[0]:
        raise BenchmarkError(f"pandas answers {COMPARED} differently")
