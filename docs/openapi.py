"""Writes docs/openapi.json: what the HTTP API takes and answers. `make openapi` runs it; a test keeps the file true.

The routes of handlers with a resolver say it all themselves; those of the others are in openapi_plain.py.
"""  # noqa: INP001  (a script, not a package)

import importlib
import json
import os
import sys
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any
from unittest.mock import patch

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.models import HTTPBase

from docs import openapi_plain
from signpost.platform import settings

Json = dict[str, Any]

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "openapi.json"
SERVED = ROOT / "layers" / "core" / "signpost" / "console" / "reference" / "openapi.json"  # what /docs shows
ADMIN, OLD_ADMIN = "/admin/campaigns", "/admin/campains"
NEW = (f"{ADMIN}/{{campaign_id}}/posts",)  # never had the old spelling
HANDLERS = sorted(file.parent.name for file in (ROOT / "functions").glob("*/app.py") if "Api(" in file.read_text())

DESCRIPTION = """Tracked links and their counts; connected Instagram accounts and their feeds.

A campaign is a tracking link and where it leads; its errors are JSON with the fields `status`, which is `error`, and
`msg`, which says what to do. An app is a widget on a website that shows connected accounts; everything about Instagram
answers errors as `{"error": {"code", "message"}}`. A member is a professional account that reports are made about; what
is about members answers errors as `{"status", "code", "description"}`. All under /admin and /tasks needs the
administrator's name and password (HTTP Basic); what is about one member also takes that member's app token.
"""
SCHEMES: Json = {
    "basic": HTTPBase(scheme="basic", description="The administrator's name and password."),
    "bearer": HTTPBase(scheme="bearer", description="A member's app token, which connecting the account gave it."),
    "access": HTTPBase(
        scheme="bearer",
        description="An access token of the messaging API; it may also be the parameter `access_token`.",
    ),
}


def resolvers() -> Json:
    """The document that the routes of all resolvers make together."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    apps = [*map(imported, HANDLERS), openapi_plain.app]
    whole, *others = (
        json.loads(
            app.get_openapi_json_schema(
                title="Signpost", version=project["version"], description=DESCRIPTION, security_schemes=SCHEMES
            )
        )
        for app in apps
    )
    for other in others:
        whole["paths"] |= other["paths"]
        add_schemas(whole, other["components"]["schemas"])
    for name in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        del whole["components"]["schemas"][name]  # Powertools' own errors, which ours replace
    for methods in whole["paths"].values():
        for operation in methods.values():
            _complete(operation)
    result: Json = whole
    return result


def imported(handler: str) -> APIGatewayHttpResolver:
    """A handler's resolver. Nothing of it is called, so any settings will do."""
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
    with patch.object(settings, "_value", lambda _field, kind, *_: kind("1")):
        app: APIGatewayHttpResolver = importlib.import_module(f"{handler}.app").app
    return app


def add_schemas(document: Json, schemas: Json) -> None:
    """Names are unique: two contexts that call different things the same would describe one of them wrongly."""
    known = document["components"]["schemas"]
    for name, schema in schemas.items():
        assert known.setdefault(name, schema) == schema, f"{name} is two different schemas"  # noqa: S101


def _complete(operation: Json) -> None:
    """Add what every route has in common, and remove what Powertools wrongly declares."""
    operation.setdefault("security", [])  # open to everybody
    responses = operation["responses"]
    if "HTTPValidationError" in json.dumps(responses.get("422")):
        del responses["422"]  # declared where nothing can be invalid
    if "ResponseValidationError" in json.dumps(responses.get("500")):
        unexpected = {"description": "Something went wrong here. The message has the request's id."}
        responses["500"] = {**unexpected, "content": responses["503"]["content"]}
    operation["responses"] = dict(sorted(responses.items()))
    for response in responses.values():
        if not response.get("content"):
            response.pop("content", None)
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        schema.pop("title", None)
        schema.pop("description", None)
        if "anyOf" in schema:  # a parameter that may be left out is not one that may be null
            (parameter["schema"],) = [each for each in schema["anyOf"] if each != {"type": "null"}]


def old_spelling(paths: Json) -> Json:
    """The administration once more under its old name, for the clients that still use it."""
    result: Json = {}
    for path, methods in deepcopy(paths).items():
        for operation in methods.values():
            operation |= {"operationId": f"{operation['operationId']}Old", "deprecated": True}
            for response in operation["responses"].values():
                response.pop("links", None)
        if path not in NEW:
            result[path.replace(ADMIN, OLD_ADMIN)] = methods
    return result


def document() -> Json:
    """The whole of it."""
    whole = resolvers()
    paths = dict(sorted(whole["paths"].items()))
    campaigns = {path: methods for path, methods in paths.items() if path.startswith(ADMIN)}
    whole["paths"] = paths | old_spelling(campaigns)
    return whole


def served(text: str) -> str:
    """The document as the console serves it: the same, without the spaces."""
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False) + "\n"


if __name__ == "__main__":
    text = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if sys.argv[1:] == ["-"]:
        sys.stdout.write(text)
    else:
        TARGET.write_text(text, encoding="utf-8")
        SERVED.write_text(served(text), encoding="utf-8")
