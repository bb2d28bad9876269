"""Compares replies with docs/openapi.json."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "docs" / "openapi.json").read_text(encoding="utf-8")
)


def assert_conforms(method: str, path: str, reply: Mapping[str, Any]) -> None:
    """The reply (a function's, payload format 2.0) is one that the API reference describes for that request."""
    status = str(reply["statusCode"])
    responses = _operation(method, path)["responses"]
    assert status in responses, f"{method} {path} answered {status}, which is not among {', '.join(responses)}"
    declared = responses[status]
    headers = {name.lower(): value for name, value in reply.get("headers", {}).items()}
    for name, header in declared.get("headers", {}).items():
        if _resolved(header)["required"]:
            assert name.lower() in headers, f"{method} {path} answered {status} without the header {name}"
    body = reply.get("body") or ""
    if "content" not in declared:
        assert body == "", f"{method} {path} answered {status} with a body"
        return
    media_type = headers.get("content-type", "").partition(";")[0]
    assert media_type in declared["content"], f"{method} {path} answered {status} as {media_type}"
    value = json.loads(body) if media_type == "application/json" else body
    errors = list(_validator(json.dumps(declared["content"][media_type]["schema"])).iter_errors(value))
    assert errors == [], f"{method} {path} answered {status}: {[each.message for each in errors]}"


def _operation(method: str, path: str) -> dict[str, Any]:
    """The one with the literal path if there is one, as API Gateway routes."""
    found = [
        operations[method.lower()]
        for template, operations in sorted(DOCUMENT["paths"].items(), key=lambda each: "{" in each[0])
        if method.lower() in operations and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path)
    ]
    assert found, f"the API reference has no {method} {path}"
    operation: dict[str, Any] = found[0]
    return operation


def _resolved(value: Mapping[str, Any]) -> Any:
    if "$ref" not in value:
        return value
    result: Any = DOCUMENT
    for part in value["$ref"].removeprefix("#/").split("/"):
        result = result[part]
    return result


@cache
def _validator(schema: str) -> Draft202012Validator:
    # References point into the document's components, so these are part of the schema.
    whole = {**json.loads(schema), "components": DOCUMENT["components"]}
    return Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
