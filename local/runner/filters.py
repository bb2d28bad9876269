"""FilterCriteria of event source mappings. Only lists of exact values, on keys at any depth, work locally.

AWS Lambda developer guide, "Control which events Lambda sends to your function".
"""

import json
from collections.abc import Mapping
from typing import Any

from local.runner.errors import TemplateError


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
        elif not isinstance(condition, list) or any(isinstance(value, dict | list) for value in condition):
            raise TemplateError(f"{where}: the filter on {key} is not a list of values; no other kind works locally.")


def _matches(pattern: Mapping[str, Any], record: Any) -> bool:
    if not isinstance(record, Mapping):
        return False
    return all(
        _matches(condition, record.get(key)) if isinstance(condition, dict) else record.get(key) in condition
        for key, condition in pattern.items()
    )
