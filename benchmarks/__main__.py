"""`make bench`: measures, shows, writes benchmarks/results.json, and fails when a bound is missed."""

import json
import signal
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from benchmarks import cold, feed, messaging, redirect, report, rollup, webhook
from benchmarks.figures import Figure, missed, table
from benchmarks.packages import REDIRECTS, REPORTS, ROLLUP, SOCKET_FLOOR, Builder
from benchmarks.processes import BenchmarkError, Stub

_HERE = Path(__file__).resolve().parent
_EVENT = _HERE.parent / "events" / "track_redirect" / "get.json"
_SHOWN_VERSIONS = ("boto3", "aws-lambda-powertools", "fastapi", "mangum", "pandas")


def main(installed: Path) -> int:
    """Measure with the packages of the environment `installed`. Returns the exit code."""
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as folder:
        try:
            figures = _measure(Path(folder), installed)
        except BenchmarkError as error:
            print(error, file=sys.stderr)
            return 1
    print(table(figures))
    results = [figure._asdict() for figure in figures]
    (_HERE / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    lines = missed(figures)
    for line in lines:
        print(f"MISSED: {line}", file=sys.stderr)
    return 1 if lines else 0


def _measure(folder: Path, installed: Path) -> list[Figure]:
    builder = Builder(folder, installed)
    versions = ", ".join(f"{name} {builder.version(name)}" for name in _SHOWN_VERSIONS)
    print(f"{builder.python_version()}, {versions}", flush=True)
    packages = {name: builder.build(name, variant) for name, variant in REDIRECTS.items()}
    socket_floor = builder.build("socket_floor", SOCKET_FLOOR)
    rollup_package = builder.build("rollup", ROLLUP)
    reports = {name: builder.build(f"report_{name}", variant) for name, variant in REPORTS.items()}
    event_file = folder / "event.json"
    event_file.write_bytes(_EVENT.read_bytes())
    with closing(Stub(folder / "stub.log")) as stub:
        return [
            *redirect.measure({**packages, "socket_floor": socket_floor}, builder.python, stub, event_file),
            *cold.measure(packages, builder.python, stub, event_file),
            *feed.measure(builder.installed_python, stub, folder),
            *rollup.measure(rollup_package, builder.python, stub, folder),
            *redirect.measure_http(packages, builder.python, stub, event_file),
            *report.measure(reports["ours"], reports["pandas"], builder.python, folder),
            *messaging.measure(),
            *webhook.measure(),
        ]


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that processes and files are cleaned up
    sys.exit(main(Path(sys.argv[1])))
