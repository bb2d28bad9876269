"""Log lines with the fields of Powertools' Logger, for the one function that cannot afford to import it."""

import json
import os
import sys
import time

_SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME", "service_undefined")
_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Signpost")


def unexpected(message: str, error: Exception) -> None:
    """Write one JSON line with the error's traceback that also counts it, as `observe.Observer.unexpected` does."""
    import traceback  # noqa: PLC0415  (hardly ever needed)

    exception = "".join(traceback.format_exception(error))
    fields = {"exception_name": type(error).__name__, "exception": exception}
    _write("ERROR", message, {**_metric("UnexpectedErrors"), **fields})


def count(metric: str, level: str, message: str, **fields: object) -> None:
    """Write one JSON line that also adds 1 to a metric. `fields` must hold nothing secret."""
    _write(level, message, {**_metric(metric), **fields})


def _metric(name: str) -> dict[str, object]:
    """Adds 1 to a metric (embedded metric format, CloudWatch user guide)."""
    directive = {
        "Timestamp": int(time.time() * 1000),
        "CloudWatchMetrics": [
            {"Namespace": _NAMESPACE, "Dimensions": [["service"]], "Metrics": [{"Name": name, "Unit": "Count"}]}
        ],
    }
    return {"_aws": directive, name: 1}


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
