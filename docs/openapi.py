"""Writes docs/openapi.json: what the HTTP API takes and answers. `make openapi` runs it; a test keeps the file true.

What Powertools' resolvers serve describes itself: the routes and models of the handlers say it all. Here are the
redirect and the recount, which are served without a resolver; those of Instagram are in openapi_instagram.py.
"""  # noqa: INP001  (a script, not a package)

import importlib
import json
import os
import sys
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.openapi.models import HTTPBase

from docs import openapi_instagram
from signpost.platform.json_api import BASIC, text_header

Json = dict[str, Any]

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "openapi.json"
ADMIN, OLD_ADMIN = "/admin/campaigns", "/admin/campains"
# For the import only: nothing is called.
ENVIRONMENT = {
    "ADMIN_SECRET": "none",
    "APPS_TABLE": "none",
    "AWS_DEFAULT_REGION": "us-east-1",
    "CAMPAIGNS_TABLE": "none",
    "CLICKS_TABLE": "none",
    "CLICK_BUCKETS": "1",
    "CLICK_COUNTS_TABLE": "none",
    "EXPORTS_BUCKET": "none",
    "INSTALLS_TABLE": "none",
}
HANDLERS = ("campaign_admin", "campaign_reports", "app_admin")

DESCRIPTION = """Tracked links and their counts; connected Instagram accounts and their feeds.

A campaign is a tracking link and where it leads; its errors are JSON with the fields `status`, which is `error`, and
`msg`, which says what to do. An app is a widget on a website that shows connected accounts; everything about Instagram
answers errors as `{"error": {"code", "message"}}`. All under /admin and /tasks needs the administrator's name and
password (HTTP Basic).
"""
SCHEMES = {"basic": HTTPBase(scheme="basic", description="The administrator's name and password.")}


def resolvers() -> Json:
    """The document that the routes of all resolvers make together."""
    os.environ.update({name: value for name, value in ENVIRONMENT.items() if name not in os.environ})
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    documents: list[Json] = [
        json.loads(
            importlib.import_module(f"{handler}.app").app.get_openapi_json_schema(
                title="Signpost",
                version=project["version"],
                description=DESCRIPTION,
                security_schemes=SCHEMES,
            )
        )
        for handler in HANDLERS
    ]
    whole = documents[0]
    for other in documents[1:]:
        whole["paths"] |= other["paths"]
        add_schemas(whole, other["components"]["schemas"])
    for name in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        del whole["components"]["schemas"][name]  # Powertools' own errors, which ours replace
    for methods in whole["paths"].values():
        for operation in methods.values():
            _complete(operation)
    return whole


def add_schemas(document: Json, schemas: Json) -> None:
    """Names are unique: two contexts that call different things the same would describe one of them wrongly."""
    known = document["components"]["schemas"]
    for name, schema in schemas.items():
        assert known.setdefault(name, schema) == schema, f"{name} is two different schemas"  # noqa: S101


def _complete(operation: Json) -> None:
    """What holds for every route, and what Powertools says of them that does not."""
    responses = operation["responses"]
    if "HTTPValidationError" in json.dumps(responses["422"]):
        del responses["422"]  # declared where nothing can be invalid
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
        result[path.replace(ADMIN, OLD_ADMIN)] = methods
    return result


def redirect() -> Json:
    """/track, which is served without a resolver: a browser never gets an error from it."""
    sent_on = {
        "description": "To the campaign's address, or to the fallback when the link leads nowhere.",
        "headers": {"Location": text_header("Where to.")},
    }
    key = {
        "name": "key",
        "in": "path",
        "required": True,
        "description": "A campaign's id or slug.",
        "schema": {"type": "string"},
    }
    platform = {
        "name": "platform",
        "in": "query",
        "description": "The platform the click is counted for; read from the browser's headers when absent.",
        "schema": {"type": "string", "enum": ["Android", "IPhone", "WindowsPhone"]},
    }
    source = {
        "name": "src",
        "in": "query",
        "description": "Counted as the click's source.",
        "schema": {"type": "string"},
    }

    def operation(name: str, summary: str, parameters: list[Json]) -> Json:
        return {
            "operationId": name,
            "summary": summary,
            "tags": ["Tracking links"],
            "parameters": parameters,
            "responses": {"307": sent_on},
        }

    count, look = "Count a click and send the browser on.", "Where a click would lead; nothing is counted."
    nowhere = "A link without a campaign leads to the fallback."
    return {
        "/track/{key}": {
            "get": operation("follow", count, [key, platform, source]),
            "head": operation("lookUp", look, [key, platform]),
        },
        "/track": {"get": operation("followNothing", nowhere, []), "head": operation("lookUpNothing", nowhere, [])},
        "/track/": {"get": operation("followEmpty", nowhere, []), "head": operation("lookUpEmpty", nowhere, [])},
    }


def recount() -> Json:
    """/tasks/update_stats, which is the same for GET and POST."""
    text = {"text/plain": {"schema": {"type": "string"}}}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorReply"}}}
    challenge = {"WWW-Authenticate": text_header("How to log in.")}
    responses = {
        "200": {
            "description": "Updated: finished hours are settled, and lists show the counts of now.",
            "content": text,
        },
        "202": {"description": "There was too much to do; ask again.", "content": text},
        "401": {"description": "Missing or wrong credentials.", "headers": challenge, "content": error},
        "503": {"description": "A service did not answer; try again.", "content": error},
    }

    def operation(name: str) -> Json:
        return {
            "operationId": name,
            "summary": "Settle finished hours now instead of within five minutes.",
            "tags": ["Tasks"],
            "security": BASIC,
            "responses": responses,
        }

    return {"/tasks/update_stats": {"get": operation("updateStats"), "post": operation("updateStatsByPost")}}


def document() -> Json:
    """The whole of it."""
    whole = resolvers()
    paths = dict(sorted(whole["paths"].items()))
    campaigns = {path: methods for path, methods in paths.items() if path.startswith(ADMIN)}
    whole["paths"] = {**redirect(), **paths, **recount(), **openapi_instagram.paths(), **old_spelling(campaigns)}
    add_schemas(whole, openapi_instagram.SCHEMAS)
    return whole


if __name__ == "__main__":
    text = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if sys.argv[1:] == ["-"]:
        sys.stdout.write(text)
    else:
        TARGET.write_text(text, encoding="utf-8")
