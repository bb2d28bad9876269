"""The processes of a run, as their parent sees them. They end with their standard input, so none is left behind."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.dynamodb_stub import REPORT, Report
from benchmarks.figures import percentile
from benchmarks.packages import Package

_HERE = Path(__file__).resolve().parent


def lambda_environment(package: Package, stub_url: str) -> dict[str, str]:
    """What Lambda and template.yaml give a function."""
    return {
        "AWS_ACCESS_KEY_ID": "ASIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "bench",
        # As long as a real one, because it is hashed and sent with each request.
        "AWS_SESSION_TOKEN": "IQoJb3JpZ2luX2Vj" * 45,
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ENDPOINT_URL_DYNAMODB": stub_url,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "10",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_FORMAT": "JSON",
        "LAMBDA_TASK_ROOT": str(package.task),
        "PYTHONPATH": f"{package.task}:{package.layer}",
        "PYTHONDONTWRITEBYTECODE": "1",  # Lambda's code folder is read-only
        "PYTHONUNBUFFERED": "1",
        "PATH": os.defpath,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "POWERTOOLS_SERVICE_NAME": "bench",
        "POWERTOOLS_METRICS_NAMESPACE": "Signpost",
        "CAMPAIGNS_TABLE": "Campaigns",
        "CLICKS_TABLE": "Clicks",
        "VISITOR_KEYS_TABLE": "VisitorKeys",
        "CLICK_COUNTS_TABLE": "ClickCounts",
        "CLICK_ROLLUP_FAILURES_QUEUE": "http://127.0.0.1:9/none",
        "CLICK_BUCKETS": "10",
        "CLICK_RETENTION_DAYS": "90",
        "CLICK_BUDGET_MS": "400",
        "FALLBACK_URL": "https://example.com/fallback",
        "APPS_TABLE": "InstagramApps",
        "INSTALLS_TABLE": "InstagramInstalls",
        "MEDIA_TABLE": "Media",
        "HASHTAGS_TABLE": "InstagramHashtags",
        "MEDIA_BUCKET": "media-files",
        "MEDIA_FETCH_QUEUE": "http://127.0.0.1:9/none",
        "PUBLIC_URL": "https://signpost.example",
        "RETURN_HOSTS": "www.example.com",
    }


class BenchmarkError(Exception):
    """A process did not do what is to be measured, so there is nothing to report."""


class _Child:
    """A process that takes lines as requests and answers each with a line."""

    def __init__(self, command: Sequence[str | Path], environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True
            )

    def ask(self, line: str) -> Any:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it died, as reading will show
        return self.answer()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise BenchmarkError(f"a process ended:\n{self._log.read_text(errors='replace')[-2000:]}")
        return json.loads(line)

    def close(self) -> None:
        self._process.communicate()


class Stub(_Child):
    """The DynamoDB endpoint."""

    def __init__(self, log: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": f"{_HERE.parent}:{_HERE.parent / 'layers' / 'core'}"}
        super().__init__([sys.executable, "-m", "benchmarks.dynamodb_stub"], environment, log)
        self._port = self.answer()
        self.url = f"http://127.0.0.1:{self._port}"

    def report(self) -> Report:
        """What happened since the last report."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        connection.request("POST", "/", b"{}", {"X-Amz-Target": REPORT})
        report = Report(**json.loads(connection.getresponse().read()))
        connection.close()
        return report


class Batch(NamedTuple):
    """Microseconds for one call: wall clock, and CPU."""

    p50: float
    p99: float
    cpu: float


class Worker(_Child):
    """A process that calls one handler again and again."""

    def __init__(self, python: Path, package: Package, stub: Stub, event_file: Path, log: Path) -> None:
        module = package.handler.rpartition(".")[0]
        command: list[str | Path] = [python, "-P", _HERE / "worker.py", module, event_file]
        super().__init__(command, lambda_environment(package, stub.url), log)

    def reply(self) -> dict[str, Any]:
        reply: dict[str, Any] = self.ask("")
        return reply

    def batch(self, calls: int) -> Batch:
        measured = self.ask(str(calls))
        times = [each / 1000 for each in measured["times"]]
        return Batch(percentile(times, 50), percentile(times, 99), measured["cpu"] / 1000 / calls)


class RollupWorker(_Child):
    """A process that counts all clicks of `events_file` and ends."""

    def __init__(self, python: Path, package: Package, stub: Stub, events_file: Path, log: Path) -> None:
        command: list[str | Path] = [python, "-P", _HERE / "rollup_worker.py", events_file]
        super().__init__(command, lambda_environment(package, stub.url), log)

    def seconds(self) -> float:
        result = self.answer()
        if result["failures"]:
            raise BenchmarkError(f"the rollup did not count everything: {result['failures'][:3]}")
        return float(result["seconds"])


class ReportRun(NamedTuple):
    """One report: its bytes as JSON, its seconds of CPU, and the most memory that the process has used."""

    bytes: int
    cpu: float
    megabytes: float


class ReportWorker(_Child):
    """A process that answers reports about the snapshot in `file`."""

    def __init__(self, python: Path, package: Package, file: Path, log: Path) -> None:
        environment = {
            "PYTHONPATH": f"{package.task}:{package.layer}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PATH": os.defpath,
            "LANG": "en_US.UTF-8",
        }
        module = package.handler.rpartition(".")[0]
        super().__init__([python, "-P", _HERE / "report_worker.py", module, file, "1"], environment, log)

    def report(self, name: str) -> ReportRun:
        return ReportRun(**self.ask(name))

    def reply(self, name: str) -> Any:
        return self.ask(f"?{name}")
