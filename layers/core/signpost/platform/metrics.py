"""Counts what happens where there is no `observe.Observer`: in what several functions share."""

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit


def count(metric: str, service: str = "") -> None:
    """Add 1 to a metric, at once: of the function that runs, or of what several functions share as a `service`."""
    with single_metric(metric, MetricUnit.Count, 1) as counted:
        counted.add_dimension("service", service or Logger().service)
