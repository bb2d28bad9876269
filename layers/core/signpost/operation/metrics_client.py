"""Metrics in CloudWatch."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.platform.aws import named_errors

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

_MOST: Final = 500  # metrics in one call


class Wanted(NamedTuple):
    """A metric to read. `period` is in seconds, `statistic` is CloudWatch's word, such as Maximum."""

    namespace: str
    metric: str
    dimension: str
    value: str
    statistic: str
    period: int


class Point(NamedTuple):
    at: float
    value: float


class MetricsClient:
    def __init__(self, client: "CloudWatchClient") -> None:
        self._client = client

    def series(self, wanted: Sequence[Wanted], since: float, until: float) -> list[list[Point]]:
        """The points of each metric, oldest first; none if it has no data. Raises `Unavailable`."""
        found: list[list[Point]] = [[] for _ in wanted]
        for start in range(0, len(wanted), _MOST):
            queries: list[Any] = [
                _query(number, each) for number, each in enumerate(wanted[start : start + _MOST], start)
            ]
            with named_errors("CloudWatch"):
                for page in self._client.get_paginator("get_metric_data").paginate(
                    MetricDataQueries=queries,
                    StartTime=datetime.fromtimestamp(since, UTC),
                    EndTime=datetime.fromtimestamp(until, UTC),
                    ScanBy="TimestampAscending",
                ):
                    for each in page["MetricDataResults"]:
                        moments = (moment.timestamp() for moment in each["Timestamps"])
                        found[int(each["Id"][1:])] += map(Point, moments, each["Values"])
        return found


def _query(number: int, wanted: Wanted) -> dict[str, Any]:
    metric = {
        "Namespace": wanted.namespace,
        "MetricName": wanted.metric,
        "Dimensions": [{"Name": wanted.dimension, "Value": wanted.value}],
    }
    return {
        "Id": f"m{number}",
        "MetricStat": {"Metric": metric, "Period": wanted.period, "Stat": wanted.statistic},
    }
