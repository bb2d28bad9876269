"""The routes that each function serves, as its code says: `GET /links/{id}`, not the template's `ANY /links/{proxy+}`.

Run as a script, because importing functions with made-up settings would spoil them for other tests.
"""

import importlib
import json
import os
import subprocess
import sys
from functools import cache
from typing import Any
from unittest.mock import patch

from signpost.platform import settings
from tests.template_model import ROOT, functions, snake_case

_PLAIN = {"TrackRedirect": {f"{method} {path}" for method in ("GET", "HEAD") for path in ("/track", "/track/{key}")}}
_BRACES = str.maketrans("<>", "{}")  # Powertools writes /links/<id>
RESPELLED = {"/admin/campaigns": "/admin/campains"}  # by functions that also serve the first tracker's spelling


def names() -> list[str]:
    """Of the functions that the HTTP API calls, except for the one that has `$default`."""
    return [
        each.name
        for each in functions()
        if any(event["Type"] == "HttpApi" and "Path" in event["Properties"] for event in each.events.values())
    ]


@cache
def served() -> dict[str, list[str]]:
    """By the function's name."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.served_routes"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "functions:layers/core:.", "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, list[str]] = json.loads(made.stdout)
    return result


def _routes(name: str) -> set[str]:
    if name in _PLAIN:
        return _PLAIN[name]
    module = importlib.import_module(f"{snake_case(name)}.app")
    if hasattr(module, "ROUTES"):
        return set(module.ROUTES)
    app: Any = module.app
    declared = (*app._static_routes, *app._dynamic_routes)  # there is no public list
    routes = {f"{route.method} {route.path.translate(_BRACES)}" for route in declared}
    if hasattr(module, "respelled"):
        routes |= {route.replace(new, old) for route in routes for new, old in RESPELLED.items()}
    return routes


def _print() -> None:
    with patch.object(settings, "_value", lambda _field, kind, *_: kind("1")):
        found = {name: sorted(_routes(name)) for name in names()}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    _print()
