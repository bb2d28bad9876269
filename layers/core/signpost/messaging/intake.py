"""Requests as the apps send them: parameters in the query, in a form or in JSON, maybe in gzip.

All of them become parameters of the query (for GET) or members of a JSON object (for everything else), so that a route
reads them in one way only.
"""

import base64
import binascii
import json
import math
import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from signpost.platform.errors import InvalidInput
from signpost.platform.http import Event, headers

_LARGEST: Final = 64 * 1024  # bytes of a body, also once it is unpacked
_MOST_FIELDS: Final = 2_000
_DEEPEST: Final = 8  # lists and objects within one another
_MOST_DIGITS: Final = 9  # of a place in a list
_READING: Final = ("GET", "HEAD", "DELETE")
_FORM: Final = "application/x-www-form-urlencoded"
_PACKED: Final = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's window bits
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")  # NUL, and halves of characters, which JSON can spell
_UNREADABLE: Final = "The body cannot be read."


class TooLarge(InvalidInput):
    code = "too_large"
    status = 413

    def __init__(self) -> None:
        super().__init__(f"Send at most {_LARGEST // 1024} KB.")


def read(event: Event) -> dict[str, Any]:
    """The event with all its parameters in one place. Raises `InvalidInput` or `TooLarge`."""
    query = _listed(parse_qsl(event.get("rawQueryString", ""), keep_blank_values=True))
    _check(query)
    given = headers(event)
    body = _fields(_unpacked(event, given), given.get("content-type", ""))
    every = {**query, **body}
    if event["requestContext"]["http"]["method"] in _READING:
        flat = {name: _text(value) for name, value in every.items()}
        return {**event, "body": None, "queryStringParameters": flat, "rawQueryString": urlencode(flat)}
    return {
        **event,
        "body": json.dumps(every),
        "isBase64Encoded": False,
        "queryStringParameters": {},
        "rawQueryString": "",
    }


def parameter(event: Event, name: str) -> str:
    """A parameter of an event that `read` returned; empty if there is none."""
    found = (event.get("queryStringParameters") or {}).get(name)
    if found is None and event.get("body"):
        found = json.loads(event["body"]).get(name)
    return found if isinstance(found, str) else ""


def _unpacked(event: Event, given: Mapping[str, str]) -> bytes:
    text = event.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, ValueError):
        raise InvalidInput(_UNREADABLE) from None
    coding = given.get("content-encoding", "").strip().lower()
    if body and coding in _PACKED:
        unpacker = zlib.decompressobj(_PACKED[coding])
        try:
            body = unpacker.decompress(body, _LARGEST + 1)
        except zlib.error:
            raise InvalidInput(_UNREADABLE) from None
        if len(body) <= _LARGEST and not unpacker.eof:  # only the beginning arrived
            raise InvalidInput(_UNREADABLE)
    if len(body) > _LARGEST:
        raise TooLarge
    return body


def _fields(body: bytes, content_type: str) -> Mapping[str, Any]:
    found = _decoded(body, content_type)
    _check(found)
    return found


def _decoded(body: bytes, content_type: str) -> Mapping[str, Any]:
    if not body.strip():
        return {}
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise InvalidInput(_UNREADABLE) from None
    if content_type.partition(";")[0].strip().lower() == _FORM:
        try:
            return _listed(parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict"))
        except ValueError:
            raise InvalidInput(_UNREADABLE) from None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput("The body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise InvalidInput("Send a JSON object as the body.")
    return found


def _check(value: Any, depth: int = 0) -> None:
    """Raises `InvalidInput` for what no app sends, and neither JSON nor a table can hold."""
    if depth > _DEEPEST:
        raise InvalidInput("The parameters are nested too deeply.")
    if isinstance(value, dict):
        for name, each in value.items():
            _check(name, depth + 1)
            _check(each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check(each, depth + 1)
    elif isinstance(value, str) and _NO_TEXT.search(value):
        raise InvalidInput("Texts must be Unicode, without the character NUL.")
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput("A number in the body is too large.")


def _listed(pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The fields of a form, where `name[]` is a list and `c[0][n]` an object in a list, as Rails reads them."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        base, *parts = name.replace("]", "").split("[", _DEEPEST)
        if not parts:
            fields[base] = value
        elif parts == [""]:
            fields.setdefault(base, [])
            if isinstance(fields[base], list):
                fields[base].append(value)
        else:
            _nest(fields, base, parts, value)
    return {name: _as_list(value) for name, value in fields.items()}


def _nest(fields: dict[str, Any], base: str, parts: Sequence[str], value: str) -> None:
    inner = fields.setdefault(base, {})
    for part in parts[:-1]:
        if not isinstance(inner, dict):
            return
        inner = inner.setdefault(part, {})
    if isinstance(inner, dict):
        inner[parts[-1]] = value


def _as_list(value: Any) -> Any:
    """An object whose names are all numbers is a list."""
    if isinstance(value, dict) and value and all(map(_is_place, value)):
        return [value[name] for name in sorted(value, key=int)]
    return value


def _is_place(name: str) -> bool:
    return name.isdecimal() and len(name) <= _MOST_DIGITS


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return value if isinstance(value, str) else json.dumps(value)
