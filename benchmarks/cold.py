"""A cold start: from starting Python until the first redirect is answered, under AWS's Runtime Interface Emulator."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from benchmarks.emulator import ColdStart, Emulator
from benchmarks.figures import Figure, median, ratio
from benchmarks.packages import Package
from benchmarks.processes import Stub
from benchmarks.redirect import check_reply
from local.runner.processes import Spawner

RUNS = 15
_USUAL = ("boto3_powertools", "fastapi_mangum")


def measure(packages: Mapping[str, Package], python: Path, stub: Stub, event_file: Path) -> list[Figure]:
    event = event_file.read_bytes()
    starts: dict[str, list[ColdStart]] = {name: [] for name in packages}
    with closing(Spawner()) as spawner:
        for run in range(RUNS + 1):
            for name, package in packages.items():
                log = event_file.with_name(f"{name}.cold.log")
                with closing(Emulator(spawner, python, package, stub, log, verbose=True)) as emulator:
                    check_reply(name, emulator.invoke(event))
                    start = emulator.cold_start()
                if run:  # the first run reads the files from the disk
                    starts[name].append(start)
            if run:
                times = "  ".join(f"{name} {sum(of[-1]):.0f}" for name, of in starts.items())
                print(f"cold start {run}/{RUNS}, ms: {times}", flush=True)
    totals = {name: median(f"cold.{name}.total", [sum(each) for each in of], "ms") for name, of in starts.items()}
    parts = [
        median(f"cold.{name}.{field}", [getattr(each, field) for each in of], "ms")
        for name, of in starts.items()
        for field in ColdStart._fields
    ]
    ratios = [ratio("cold.total_ratio_to_floor", totals["ours"], totals["floor"])]
    ratios += [ratio(f"cold.ratio_{name}_to_ours", totals[name], totals["ours"]) for name in _USUAL]
    return [*ratios, *totals.values(), *parts]
