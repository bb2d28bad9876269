"""FilterCriteria of event source mappings. Locally, lists of exact values, prefixes and `exists` work, at any depth.

AWS Lambda developer guide, "Control which events Lambda sends to your function".
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from local.runner.errors import TemplateError

_NOTHING: Final = object()


def patterns(properties: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    """The mapping's patterns; a record goes through when one of them matches, or when there are none."""
    filters = properties.get("FilterCriteria", {}).get("Filters", [])
    found = [json.loads(each["Pattern"]) for each in filters]
    for pattern in found:
        _check(pattern, where)
    return found


def matches(patterns_: list[dict[str, Any]], record: Mapping[str, Any]) -> bool:
    return not patterns_ or any(_matches(pattern, record) for pattern in patterns_)


def _check(pattern: Mapping[str, Any], where: str) -> None:
    for key, condition in pattern.items():
        if isinstance(condition, dict):
            _check(condition, where)
        elif not isinstance(condition, list) or not all(map(_is_known, condition)):
            raise TemplateError(f"{where}: the filter on {key} is not a list of values, prefixes or `exists`.")


def _is_known(rule: Any) -> bool:
    match rule:
        case {"prefix": str(), **others} | {"exists": bool(), **others}:
            return not others
        case _:
            return not isinstance(rule, dict | list)


def _matches(pattern: Mapping[str, Any], record: Any) -> bool:
    """A key that the record lacks has no value, which only `{"exists": false}` matches."""
    found = record if isinstance(record, Mapping) else {}
    return all(
        _matches(condition, found.get(key))
        if isinstance(condition, dict)
        else any(_holds(rule, found.get(key, _NOTHING)) for rule in condition)
        for key, condition in pattern.items()
    )


def _holds(rule: Any, value: Any) -> bool:
    match rule:
        case {"prefix": prefix}:
            return isinstance(value, str) and value.startswith(prefix)
        case {"exists": exists}:
            return (value is not _NOTHING) is exists
        case _:
            return value is not _NOTHING and bool(rule == value)
