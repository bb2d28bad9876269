"""The API reference is made from the code, complete, and strict enough to check replies with."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.openapi import DOCUMENT, assert_conforms
from tests.served_routes import served
from tests.template_model import ROOT

FOR_PEOPLE = {"Console"}  # pages, which no program reads
BY_PASSWORD = {"readStats", "readLog"}  # besides all under /admin and /tasks

OPERATIONS = [
    pytest.param(path, operation, id=f"{method} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
CAMPAIGN: dict[str, Any] = {
    **dict.fromkeys(["slug", "expires_at", "max_clicks", "limit_from", "account"]),
    **dict.fromkeys(
        [f"{name}click_count" for name in ("", "android_", "iphone_", "windowsphone_", "other_", "bot_")], 0
    ),
    "id": 1,
    "link": "https://links.example/track/1",
    "redirect_url": "https://e.com/",
    "platforms": [],
    "platform_urls": {},
    "forward_query": False,
    "created_at": "2026-11-21T07:00:00.000000Z",
    "updated_at": "2026-11-21T07:00:00.000000Z",
    "effective_at": "2026-11-21T07:00:30.000000Z",
    "as_of": "2026-11-21T07:00:00.000000Z",
}
READ: dict[str, Any] = {
    "statusCode": 200,
    "headers": {"Content-Type": "application/json", "ETag": '"1"'},
    "body": json.dumps(CAMPAIGN),
}


def without_names(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "{}", path)


def test_the_file_is_what_the_code_says() -> None:
    # In its own process, because importing the function with made-up settings would spoil it for other tests.
    made = subprocess.run(
        [sys.executable, "docs/openapi.py", "-"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "functions:layers/core:."},
        capture_output=True,
        text=True,
        check=True,
    )

    assert made.stdout == (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"), "run `make openapi`"


def test_the_console_serves_the_same() -> None:
    served = ROOT / "layers" / "core" / "signpost" / "console" / "reference" / "openapi.json"

    assert json.loads(served.read_text(encoding="utf-8")) == DOCUMENT, "run `make openapi`"


def test_every_route_is_described_and_nothing_else() -> None:
    routes = {
        without_names(route)
        for function, addresses in served().items()
        if function not in FOR_PEOPLE
        for route in addresses
    }
    described = {
        without_names(f"{method.upper()} {path}") for path, methods in DOCUMENT["paths"].items() for method in methods
    }

    assert described == routes


@pytest.mark.parametrize(("path", "operation"), OPERATIONS)
def test_an_operation_says_who_may_call_it_and_how_it_fails(path: str, operation: dict[str, Any]) -> None:
    is_preflight = operation["operationId"].startswith("preflight")  # browsers send it without credentials
    of_member = path.startswith(("/membership/", "/workers/", "/reports/")) and not is_preflight
    by_password = path.startswith(("/admin", "/tasks", "/membership")) or operation["operationId"] in BY_PASSWORD
    protected = of_member or by_password

    assert operation["summary"].endswith(".")
    of_user = path.startswith(("/api/me", "/api/contacts")) and "check" not in path
    of_user = of_user or operation["operationId"].startswith("logOut")
    schemes = ["basic"] * protected + ["bearer"] * of_member + ["access"] * of_user
    assert operation["security"] == [{scheme: []} for scheme in schemes]
    assert "401" in operation["responses"] or not protected
    assert [status for status in operation["responses"] if status < "400"]


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_a_component_says_what_it_is_and_shows_an_example(name: str) -> None:
    schema = DOCUMENT["components"]["schemas"][name]

    assert schema["description"].endswith(".")
    for field, said in schema["properties"].items():
        assert said.get("description"), field
        # Its own example, one within that of the component, or that of the component it refers to
        shown = "examples" in said or any(field in each for each in schema.get("examples", [])) or "$ref" in str(said)
        assert shown, field


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_an_example_conforms(name: str) -> None:
    schema = DOCUMENT["components"]["schemas"][name]
    validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})

    for example in schema.get("examples", []):
        validator.validate(example)


def test_a_good_reply_conforms() -> None:
    assert_conforms("GET", "/admin/campaigns/1", READ)
    assert_conforms("DELETE", "/admin/campaigns/1", {"statusCode": 204, "headers": {}, "body": ""})
    assert_conforms("HEAD", "/track/1", {"statusCode": 307, "headers": {"location": "https://e.com/"}, "body": ""})


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        pytest.param({**READ, "statusCode": 418}, "418, which is not among", id="status"),
        pytest.param({**READ, "headers": {"Content-Type": "application/json"}}, "without the header ETag", id="header"),
        pytest.param({**READ, "headers": {**READ["headers"], "Content-Type": "text/html"}}, "as text/html", id="type"),
        pytest.param({**READ, "body": json.dumps({**CAMPAIGN, "id": "1"})}, "not of type 'integer'", id="value"),
        pytest.param({**READ, "body": "{}"}, "required property", id="missing field"),
    ],
)
def test_a_reply_that_differs_from_its_description_is_reported(reply: dict[str, Any], reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        assert_conforms("GET", "/admin/campaigns/1", reply)


def test_an_undescribed_body_is_reported() -> None:
    with pytest.raises(AssertionError, match="with a body"):
        assert_conforms("DELETE", "/admin/campaigns/1", {"statusCode": 204, "headers": {}, "body": "null"})


def test_an_undescribed_route_is_reported() -> None:
    with pytest.raises(AssertionError, match="has no PATCH"):
        assert_conforms("PATCH", "/admin/campaigns/1", READ)
