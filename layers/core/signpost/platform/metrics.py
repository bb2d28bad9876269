"""Metrics of code that several functions share, which has no `observe.Observer`."""

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit


def count(metric: str, service: str = "") -> None:
    """Add 1 to a metric immediately: of the running function, or of a `service` that several functions share."""
    with single_metric(metric, MetricUnit.Count, 1) as counted:
        counted.add_dimension("service", service or Logger().service)
