"""The API reference as a page, from the OpenAPI document."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

Json = Mapping[str, Any]

_DOCUMENT: Final = Path(__file__).parent / "openapi.json"
_DEEPEST: Final = 6  # levels of an example
_VERBS: Final = ("get", "post", "put", "patch", "delete", "head", "options")


class Field(NamedTuple):
    name: str
    kind: str
    required: bool
    text: str


class Answer(NamedTuple):
    status: str
    text: str


class Operation(NamedTuple):
    anchor: str
    verb: str
    path: str
    summary: str
    text: str
    deprecated: bool
    needs_password: bool
    parameters: list[Field]
    body: list[Field]
    body_example: str
    answers: list[Answer]
    example: str  # of the answer when it went well


class Group(NamedTuple):
    name: str
    operations: list[Operation]


@cache
def document() -> str:
    return _DOCUMENT.read_text(encoding="utf-8")


@cache
def groups() -> tuple[Group, ...]:
    """The operations by tag, in the document's order; old spellings are left out."""
    whole = json.loads(document())
    found: dict[str, list[Operation]] = {}
    for path, methods in whole["paths"].items():
        for verb in _VERBS:
            operation = methods.get(verb)
            if operation and not operation.get("deprecated"):
                tag = (operation.get("tags") or ["Other"])[0]
                found.setdefault(tag, []).append(_operation(whole, path, verb, operation))
    return tuple(Group(name, operations) for name, operations in found.items())


def _operation(whole: Json, path: str, verb: str, operation: Json) -> Operation:
    body = _schema(whole, operation.get("requestBody"))
    good = next((reply for status, reply in operation["responses"].items() if status.startswith("2")), None)
    example = _example(whole, _schema(whole, good)) if good else None
    return Operation(
        anchor=str(operation.get("operationId") or f"{verb}{path}"),
        verb=verb.upper(),
        path=path,
        summary=str(operation.get("summary", "")),
        text=str(operation.get("description", "")),
        deprecated=bool(operation.get("deprecated")),
        needs_password=any("basic" in each for each in operation.get("security", [])),
        parameters=[_parameter(whole, each) for each in operation.get("parameters", [])],
        body=list(_fields(whole, body)) if body else [],
        body_example=_text(_example(whole, body)) if body else "",
        answers=[Answer(status, str(each.get("description", ""))) for status, each in operation["responses"].items()],
        example=_text(example),
    )


def _parameter(whole: Json, parameter: Json) -> Field:
    given = _followed(whole, parameter)
    kind = f"{given['in']}, {_kind(whole, given.get('schema', {}))}"
    return Field(str(given["name"]), kind, bool(given.get("required")), str(given.get("description", "")))


def _schema(whole: Json, content_holder: Json | None) -> Json | None:
    """The JSON, or else the first, schema of a body or a response."""
    contents = _followed(whole, content_holder or {}).get("content", {})
    chosen = contents.get("application/json") or next(iter(contents.values()), None)
    return _followed(whole, chosen["schema"]) if chosen and "schema" in chosen else None


def _fields(whole: Json, schema: Json) -> Iterator[Field]:
    required = schema.get("required", [])
    for name, each in schema.get("properties", {}).items():
        found = _followed(whole, each)
        text = str(each.get("description") or found.get("description", ""))
        yield Field(name, _kind(whole, each), name in required, text)


def _kind(whole: Json, schema: Json) -> str:
    given = _followed(whole, schema)
    for several in ("anyOf", "oneOf"):
        if several in given:
            return " or ".join(dict.fromkeys(_kind(whole, each) for each in given[several]))
    if "enum" in given:
        return " | ".join(str(each) for each in given["enum"])
    if given.get("type") == "array":
        return f"list of {_kind(whole, given.get('items', {}))}"
    return str(given.get("format") or given.get("type", "anything"))


def _example(whole: Json, schema: Json | None, depth: int = 0) -> Any:  # noqa: PLR0911  (one for each kind)
    if schema is None or depth > _DEEPEST:
        return None
    given = _followed(whole, schema)
    for name in ("example", "default", "const"):
        if name in given:
            return given[name]
    if given.get("examples"):
        examples = given["examples"]
        return examples[0] if isinstance(examples, list) else next(iter(examples.values()))
    if given.get("enum"):
        return given["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in given:
            return _example(whole, given[several][0], depth + 1)
    if "properties" in given:
        return {name: _example(whole, each, depth + 1) for name, each in given["properties"].items()}
    if given.get("type") == "array":
        each = _example(whole, given.get("items", {}), depth + 1)
        return [] if each is None else [each]
    return None


def _followed(whole: Json, schema: Json) -> Json:
    """What a reference leads to."""
    given = schema
    while "$ref" in given:
        target: Any = whole
        for part in str(given["$ref"]).removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        given = target
    return given


def _text(example: Any) -> str:
    return "" if example is None else json.dumps(example, indent=2, ensure_ascii=False)
