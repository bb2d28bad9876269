"""Log lines with the fields of Powertools' Logger, for the one function that cannot afford to import it."""

import json
import os
import sys
import time

_SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME", "service_undefined")
_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Signpost")


def failure(message: str, error: Exception) -> None:
    """Write one JSON line with the error's traceback."""
    import traceback  # noqa: PLC0415  (hardly ever needed)

    exception = "".join(traceback.format_exception(error))
    _write("ERROR", message, {"exception_name": type(error).__name__, "exception": exception})


def count(metric: str, level: str, message: str, **fields: object) -> None:
    """Write one JSON line that also adds 1 to a metric (embedded metric format, CloudWatch user guide).

    `fields` must hold nothing secret.
    """
    directive = {
        "Timestamp": int(time.time() * 1000),
        "CloudWatchMetrics": [
            {"Namespace": _NAMESPACE, "Dimensions": [["service"]], "Metrics": [{"Name": metric, "Unit": "Count"}]}
        ],
    }
    _write(level, message, {"_aws": directive, metric: 1, **fields})


def _write(level: str, message: str, fields: dict[str, object]) -> None:
    now = time.time()
    caller = sys._getframe(2)  # noqa: SLF001  (as logging itself does)
    line = {
        "level": level,
        "location": f"{caller.f_code.co_name}:{caller.f_lineno}",
        "message": message,
        "timestamp": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now)) + f",{int(now * 1000) % 1000:03}+0000",
        "service": _SERVICE,
        **fields,
    }
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()
