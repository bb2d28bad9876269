"""A function's log lines, and its metrics, which carry its name in the dimension `service`."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, Final

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from signpost.platform import correlation
from signpost.platform.errors import SignpostError

UNEXPECTED: Final = "UnexpectedErrors"
# How long each run of a schedule took, whether or not it failed, and 1 for one that failed, 0 for one that did not.
SCHEDULE_TOOK: Final = "ScheduleTook"
SCHEDULE_FAILED: Final = "ScheduleFailed"
_SCHEDULERS: Final = ("aws.scheduler", "aws.events")
Handler = Callable[..., Any]


class Observer:
    """A function's logger and metrics. It is made once, at import: the environment says which function this is."""

    def __init__(self) -> None:
        self.logger = Logger()
        self._metrics = EphemeralMetrics()  # its own, and not shared with other functions in the process of a test

    def count(self, metric: str, number: int = 1) -> None:
        """Add to a metric. What was counted is written when the handler ends."""
        self._metrics.add_metric(metric, MetricUnit.Count, number)

    def unexpected(self, error: BaseException | None, message: str = "unexpected error", **facts: object) -> None:
        """Log an unexpected error with its traceback, and count it."""
        self.logger.error(message, exc_info=error, stacklevel=3, extra=facts)
        self.count(UNEXPECTED)

    def works_for(self, request_id: str | None) -> None:
        """Have log lines, and messages that are sent, name the HTTP request behind what is done from now on."""
        correlation.current_id.set(request_id)
        self.logger.append_keys(**{correlation.ATTRIBUTE: request_id})

    def handler(self, function: Handler) -> Handler:
        """A Lambda handler that works for its event's HTTP request, if any, and writes its metrics at the end.

        Lambda passes two arguments; tests may pass more by keyword, such as a feature with their own clock.
        """

        @wraps(function)
        def observed(event: dict[str, Any], context: Any, **others: Any) -> Any:
            self.works_for(event.get("requestContext", {}).get("requestId"))
            try:
                with self._timed(event):
                    return function(event, context, **others)
            except Exception as error:
                if not isinstance(error, SignpostError):
                    self.unexpected(error)
                raise
            finally:
                if self._metrics.metric_set:  # Powertools warns of none
                    self._metrics.flush_metrics()

        return observed

    @contextmanager
    def _timed(self, event: dict[str, Any]) -> Iterator[None]:
        """Count a run of a schedule when it ends. One that Lambda cuts off is not counted."""
        if event.get("source") not in _SCHEDULERS:
            yield
            return
        started, failed = time.monotonic(), 1
        try:
            yield
            failed = 0
        finally:
            self._metrics.add_metric(SCHEDULE_TOOK, MetricUnit.Milliseconds, (time.monotonic() - started) * 1000)
            self._metrics.add_metric(SCHEDULE_FAILED, MetricUnit.Count, failed)
