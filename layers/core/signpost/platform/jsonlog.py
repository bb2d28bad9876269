"""Log lines in the fields that Powertools' Logger writes, for the one function that cannot afford importing it."""

import json
import os
import sys
import time
from collections.abc import Mapping


def write(level: str, message: str, **fields: object) -> None:
    """One JSON line on standard output; `fields` must hold nothing that may not be logged."""
    line: dict[str, object] = {
        "level": level,
        "message": message,
        "timestamp": time.strftime("%Y-%m-%d %H:%M:%S,000+0000", time.gmtime()),
        "service": os.environ.get("POWERTOOLS_SERVICE_NAME", "service_undefined"),
        "function_name": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""),
        **fields,
    }
    _write(line)


def metric(name: str, value: int, **fields: object) -> None:
    """A line that CloudWatch turns into a metric as well (embedded metric format, CloudWatch user guide)."""
    service = os.environ.get("POWERTOOLS_SERVICE_NAME", "service_undefined")
    namespace = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Signpost")
    _write(
        {
            "_aws": {
                "Timestamp": int(time.time() * 1000),
                "CloudWatchMetrics": [
                    {"Namespace": namespace, "Dimensions": [["service"]], "Metrics": [{"Name": name, "Unit": "Count"}]}
                ],
            },
            "service": service,
            name: value,
            **fields,
        }
    )


def _write(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
