"""How long the sweeps take with many installs: `python -m benchmarks.sweeps [installs [seconds]]`, some minutes.

Each sweep runs once, in its own process, against a stub that is as slow as AWS. It stops in time as on Lambda,
unless it is given more seconds, for a busy machine. It is not part of `make bench`, because it takes too long.
"""

import http.client
import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.sweep_stub import REPORT, SweepReport

_ROOT: Final = Path(__file__).resolve().parent.parent
INSTALLS: Final = 100_000  # all due at the same time
DYNAMODB_MS, SQS_MS = 5, 10  # a call, as usual in the same region
LIMIT_S: Final = 300  # of both functions, see template.yaml
# Function: the module with its settings.
SWEEPS: Final = {"sync_sweep": "signpost.instagram.sweep.wiring", "token_sweep": "signpost.instagram.tokens.wiring"}


class Run(NamedTuple):
    seconds: float
    cpu: float  # seconds
    megabytes: float  # at most
    idle: float  # megabytes once the handler is imported


class Context(NamedTuple):
    end: float
    aws_request_id: str = "sweep"

    def get_remaining_time_in_millis(self) -> int:
        return round((self.end - time.monotonic()) * 1000)


def work(function: str, limit: float) -> None:
    """Run the sweep in this process and print what it took. The metrics go to the standard error."""
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    handler = importlib.import_module(f"{function}.app").handler
    event = json.loads((_ROOT / "events" / function / "schedule.json").read_text(encoding="utf-8"))
    idle, cpu, start = _megabytes(), time.process_time(), time.monotonic()
    handler(event, Context(start + limit))
    run = Run(time.monotonic() - start, time.process_time() - cpu, _megabytes(), idle)
    print(json.dumps(run._asdict()), file=results)


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(function: str, installs: int, limit: float) -> tuple[Run, SweepReport]:
    """Run one sweep over that many installs. Returns what it took and what it did."""
    python = [sys.executable, "-m"]
    base = {**os.environ, "PYTHONPATH": f"{_ROOT}:{_ROOT}/functions:{_ROOT}/layers/core"}
    arguments = map(str, (installs, DYNAMODB_MS, SQS_MS))
    with subprocess.Popen(
        [*python, "benchmarks.sweep_stub", *arguments],
        env=base,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as stub:
        assert stub.stdout is not None
        port = int(stub.stdout.readline())
        environment = base | _settings(SWEEPS[function], f"http://127.0.0.1:{port}", function)
        done = subprocess.run(
            [*python, "benchmarks.sweeps", "--work", function, str(limit)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("POST", "/", b"{}", {"X-Amz-Target": REPORT})
        report = SweepReport(**json.loads(connection.getresponse().read()))
        connection.close()
        assert stub.stdin is not None
        stub.stdin.close()
    return Run(**json.loads(done.stdout)), report


def _settings(wiring: str, url: str, function: str) -> dict[str, str]:
    """Any value will do for most of them: a sweep reads tables and fills a queue."""
    sys.path[:0] = [str(_ROOT / "layers" / "core")]
    names = _names(importlib.import_module(wiring).Settings)
    return {
        **{name.upper(): f"{url}/1/queue" if name.endswith("queue") else "1" for name in names},
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL": url,
        "POWERTOOLS_SERVICE_NAME": function,
        "POWERTOOLS_METRICS_NAMESPACE": "Signpost",
    }


def _names(settings: Any) -> Iterator[str]:
    for name, kind in settings.__annotations__.items():
        yield from _names(kind) if hasattr(kind, "_fields") else [name]


def main(installs: int = INSTALLS, limit: float = LIMIT_S) -> int:
    """Returns the exit code: 1 if a sweep did not queue everything."""
    print(f"{installs:,} installs, all due; DynamoDB answers in {DYNAMODB_MS} ms, SQS in {SQS_MS} ms")
    complete = True
    for function in SWEEPS:
        run, report = measure(function, installs, limit)
        calls = ", ".join(f"{number:,} {operation}" for operation, number in sorted(report.calls.items()))
        memory = f"{run.megabytes:.0f} MB ({run.idle:.0f} before)"
        print(f"{function}: {run.seconds:.0f} s of {limit}, {run.cpu:.0f} s CPU, {memory}")
        print(f"  {report.installs:,} installs in {report.messages:,} messages; {calls}")
        complete &= report.installs == report.messages == installs
    return 0 if complete else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--work"]:
        work(sys.argv[2], float(sys.argv[3]))
    else:
        sys.exit(main(*map(int, sys.argv[1:])))
