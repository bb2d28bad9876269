"""Writes what CloudWatch would know about the stack into moto's: log lines, the metrics in them, how full queues are.

Functions then find logs and metrics as they would on AWS. Numbers that only AWS measures are missing: the age of a
queue's oldest message, invocations, durations.
"""

import contextlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

_STREAM: Final = "local"
_FLUSH_S: Final = 0.3
_MEASURE_S: Final = 60.0
_AT_ONCE: Final = 500  # lines, or metrics, in a call
_MOST_WAITING: Final = 10_000  # lines; beyond that, the oldest are lost


class Watch:
    """`groups` are the log groups of functions, `client` returns a boto3 client for a service."""

    def __init__(self, groups: Mapping[str, str], client: Callable[[str], Any], now: Callable[[], float]) -> None:
        self._groups, self._client, self._now = groups, client, now
        self._lines: deque[tuple[str, float, str]] = deque(maxlen=_MOST_WAITING)
        self._streams: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def line(self, function: str, text: str) -> None:
        """Take a line that a function wrote."""
        if function in self._groups:
            self._lines.append((self._groups[function], self._now(), text))

    def _run(self) -> None:
        measured = float("-inf")
        while not self._stopping.wait(_FLUSH_S):
            with contextlib.suppress(BotoCoreError, ClientError):  # moto has ended, or a line is too long for a log
                self._flush()
            if time.monotonic() - measured >= _MEASURE_S:
                measured = time.monotonic()
                with contextlib.suppress(BotoCoreError, ClientError):
                    self._measure()

    def _flush(self) -> None:
        by_group: dict[str, list[dict[str, Any]]] = {}
        metrics: dict[str, list[dict[str, Any]]] = {}
        for _ in range(min(len(self._lines), _AT_ONCE)):
            group, at, text = self._lines.popleft()
            by_group.setdefault(group, []).append({"timestamp": int(at * 1000), "message": text})
            for namespace, metric in _metrics(text):
                metrics.setdefault(namespace, []).append(metric)
        for namespace, data in metrics.items():
            self._client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=data)
        for group, events in by_group.items():
            if group not in self._streams:
                self._client("logs").create_log_stream(logGroupName=group, logStreamName=_STREAM)
                self._streams.add(group)
            self._client("logs").put_log_events(logGroupName=group, logStreamName=_STREAM, logEvents=events)

    def _measure(self) -> None:
        at, sqs = datetime.fromtimestamp(self._now(), UTC), self._client("sqs")
        data = []
        for url in sqs.list_queues().get("QueueUrls", []):
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
            data.append(
                {
                    "MetricName": "ApproximateNumberOfMessagesVisible",
                    "Dimensions": [{"Name": "QueueName", "Value": url.rpartition("/")[2]}],
                    "Timestamp": at,
                    "Value": float(found["ApproximateNumberOfMessages"]),
                }
            )
        if data:
            self._client("cloudwatch").put_metric_data(Namespace="AWS/SQS", MetricData=data)


def _metrics(text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The metrics in a line, each with its namespace (embedded metric format, CloudWatch user guide)."""
    if '"_aws"' not in text:
        return
    try:
        line = json.loads(text)
        at = datetime.fromtimestamp(line["_aws"]["Timestamp"] / 1000, UTC)
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = [{"Name": name, "Value": str(line[name])} for name in names]
                for metric in directive["Metrics"]:
                    values = line[metric["Name"]]
                    for value in values if isinstance(values, list) else [values]:
                        yield (
                            directive["Namespace"],
                            {
                                "MetricName": metric["Name"],
                                "Dimensions": dimensions,
                                "Timestamp": at,
                                "Value": float(value),
                                "Unit": metric.get("Unit", "None"),
                            },
                        )
    except (ValueError, KeyError, TypeError):  # it only looks like metrics
        return
