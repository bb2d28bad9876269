"""Writes docs/openapi.json: what the HTTP API takes and answers. `make openapi` runs it; a test keeps the file true.

The administration's part comes from the routes and models of its handlers. Here is what those do not say, and the
redirect and the recount, which are served without Powertools' resolver; those of Instagram are in openapi_instagram.py.
"""  # noqa: INP001  (a script, not a package)

import importlib
import json
import os
import sys
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from docs import openapi_instagram

Json = dict[str, Any]

ROOT = Path(__file__).parent.parent
TARGET = ROOT / "docs" / "openapi.json"
ADMIN, OLD_ADMIN = "/admin/campaigns", "/admin/campains"
APPS = "/admin/instagram/apps/{app_id}"
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


class Operation(NamedTuple):
    """What is added to an operation of the administration: response headers by status, and a success it lacks."""

    name: str
    summary: str
    headers: dict[str, tuple[str, ...]]
    success: Json | None = None
    tag: str = "Campaigns"


CAMPAIGN = {"$ref": "#/components/schemas/CampaignView"}
ONE = {"description": "The campaign.", "content": {"application/json": {"schema": CAMPAIGN}}}
PAGE = {
    "description": "Campaigns, newest first. Their counts are those of the last recount, at most minutes old.",
    "content": {"application/json": {"schema": {"type": "array", "items": CAMPAIGN, "maxItems": 100}}},
}
APP = {
    "description": "The app.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/AppView"}}},
}
OPERATIONS = {
    ("post", ADMIN): Operation("createCampaign", "Create a campaign.", {"201": ("ETag", "Location")}),
    ("get", ADMIN): Operation("listCampaigns", "List campaigns, newest first.", {"200": ("Link",)}, PAGE),
    ("get", f"{ADMIN}/{{campaign_id}}"): Operation("readCampaign", "Read a campaign.", {"200": ("ETag",)}, ONE),
    ("put", f"{ADMIN}/{{campaign_id}}"): Operation(
        "changeCampaign", "Change the keys of a campaign that the body holds.", {"200": ("ETag",)}, ONE
    ),
    ("delete", f"{ADMIN}/{{campaign_id}}"): Operation("deleteCampaign", "Delete a campaign.", {}),
    ("get", f"{ADMIN}/{{campaign_id}}/stats"): Operation(
        "readStatistics", "Clicks by hour or day, and broken down.", {}
    ),
    ("get", f"{ADMIN}/{{campaign_id}}/clicks.csv"): Operation(
        "exportClicks", "The clicks one by one, oldest first.", {"200": ("Link",), "303": ("Link", "Location")}
    ),
    ("get", f"{ADMIN}/{{campaign_id}}/qr.svg"): Operation("drawQrCode", "The tracking link as a QR code.", {}),
    ("get", APPS): Operation("readApp", "Read an app.", {"200": ("ETag",)}, APP, "Apps"),
    ("put", APPS): Operation(
        "saveApp",
        "Create an app, or change its keys that the body holds.",
        {"200": ("ETag",), "201": ("ETag",)},
        APP,
        "Apps",
    ),
}


def _text_header(description: str, *, required: bool) -> Json:
    return {"description": description, "required": required, "schema": {"type": "string"}}


HEADERS = {
    "ETag": _text_header(
        "Names this state of the campaign's settings, for If-Match. Counts do not change it.", required=True
    ),
    "Link": _text_header('The next page, as <address>; rel="next". Absent on the last one.', required=False),
    "Location": _text_header("Where it is.", required=True),
    "WWW-Authenticate": _text_header("How to log in.", required=True),
}
BASIC = {"type": "http", "scheme": "basic", "description": "The administrator's name and password."}


def _error(schema: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _unexpected(error: Json) -> Json:
    return {"description": "Something went wrong here. The message has the request's id.", "content": error}


def _not_authenticated(error: Json) -> Json:
    return {
        "description": "Missing or wrong credentials.",
        "headers": {"WWW-Authenticate": {"$ref": "#/components/headers/WWW-Authenticate"}},
        "content": error,
    }


ERROR = _error("ErrorReply")


def administration() -> Json:
    """The document of the administration's resolvers, with what their routes do not say."""
    os.environ.update({name: value for name, value in ENVIRONMENT.items() if name not in os.environ})
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    documents: list[Json] = [
        json.loads(
            importlib.import_module(f"{handler}.app").app.get_openapi_json_schema(
                title="Signpost", version=project["version"], description=DESCRIPTION
            )
        )
        for handler in HANDLERS
    ]
    document = documents[0]
    for other in map(_with_errors_of_its_own, documents[1:]):
        document["paths"] |= other["paths"]
        document["components"]["schemas"] |= other["components"]["schemas"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _complete(operation, OPERATIONS[method, path])
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        schemas.pop(name, None)  # Powertools' own errors, which our one error shape replaces
    for name, schema in schemas.items():
        schema["title"] = name
    return document


def _with_errors_of_its_own(document: Json) -> Json:
    """Contexts publish errors in shapes of their own, and call each ErrorReply."""
    if not any("/instagram/" in path for path in document["paths"]):
        return document
    for name in ("ErrorReply", "ErrorFields"):
        document["components"]["schemas"].pop(name, None)
    renamed: Json = json.loads(json.dumps(document).replace("/schemas/ErrorReply", "/schemas/InstagramError"))
    return renamed


def _complete(operation: Json, more: Operation) -> None:
    operation |= {"operationId": more.name, "summary": more.summary, "tags": [more.tag], "security": [{"basic": []}]}
    error = _error("InstagramError") if more.tag == "Apps" else ERROR
    responses = operation["responses"]
    for status in [status for status, each in responses.items() if "HTTPValidationError" in json.dumps(each)]:
        del responses[status]  # declared by Powertools where nothing can be invalid
    if more.success:
        responses["200"] = deepcopy(more.success)
    responses |= {"401": _not_authenticated(error), "500": _unexpected(error)}
    for status, names in more.headers.items():
        responses[status]["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    if "201" in responses and more.tag == "Campaigns":
        responses["201"]["links"] = {
            name: _link_to_one(name) for name in ("readCampaign", "changeCampaign", "deleteCampaign")
        }
    operation["responses"] = dict(sorted(responses.items()))
    for response in operation["responses"].values():
        if not response.get("content"):
            response.pop("content", None)
    for parameter in operation.get("parameters", []):
        schema = parameter["schema"]
        schema.pop("title", None)
        schema.pop("description", None)
        if "anyOf" in schema:  # a parameter that may be left out is not one that may be null
            (parameter["schema"],) = [each for each in schema["anyOf"] if each != {"type": "null"}]


def _link_to_one(operation: str) -> Json:
    return {"operationId": operation, "parameters": {"campaign_id": "$response.body#/id"}}


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
        "headers": {"Location": _text_header("Where to.", required=True)},
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
    responses = {
        "200": {
            "description": "Updated: finished hours are settled, and lists show the counts of now.",
            "content": text,
        },
        "202": {"description": "There was too much to do; ask again.", "content": text},
        "401": _not_authenticated(ERROR),
        "503": {"description": "A service did not answer; try again.", "content": ERROR},
    }

    def operation(name: str) -> Json:
        return {
            "operationId": name,
            "summary": "Settle finished hours now instead of within five minutes.",
            "tags": ["Tasks"],
            "security": [{"basic": []}],
            "responses": responses,
        }

    return {"/tasks/update_stats": {"get": operation("updateStats"), "post": operation("updateStatsByPost")}}


def document() -> Json:
    """The whole of it."""
    whole = administration()
    paths = dict(sorted(whole["paths"].items()))
    campaigns = {path: methods for path, methods in paths.items() if path.startswith(ADMIN)}
    whole["paths"] = {**redirect(), **paths, **recount(), **openapi_instagram.paths(), **old_spelling(campaigns)}
    whole["components"]["schemas"] |= openapi_instagram.SCHEMAS
    whole["components"] |= {"headers": HEADERS, "securitySchemes": {"basic": BASIC}}
    return whole


if __name__ == "__main__":
    text = json.dumps(document(), indent=2, ensure_ascii=False) + "\n"
    if sys.argv[1:] == ["-"]:
        sys.stdout.write(text)
    else:
        TARGET.write_text(text, encoding="utf-8")
