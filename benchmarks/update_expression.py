"""The part of DynamoDB's UpdateItem that the measured functions use.

That is `ADD name :value`, `SET name = :value` and `SET name = if_not_exists(name, :value)`. Conditions are assumed to
hold, because there is one writer, and nothing is delivered twice.
"""

import re
from collections.abc import Mapping
from typing import Any

from benchmarks.capacity import Attribute

_CLAUSE = re.compile(r"\b(ADD|SET)\b(.*?)(?=\bADD\b|\bSET\b|$)", re.DOTALL)
_SEPARATOR = re.compile(r",(?![^(]*\))")  # not the one between a function's arguments
_SET = re.compile(r"(\S+)\s*=\s*(if_not_exists)?\D*?(:\w+)\)?$")


def apply(item: dict[str, Attribute], request: Mapping[str, Any]) -> None:
    """Change `item` as the request says."""
    names: Mapping[str, str] = request.get("ExpressionAttributeNames", {})
    values: Mapping[str, Attribute] = request.get("ExpressionAttributeValues", {})
    for keyword, actions in _CLAUSE.findall(request["UpdateExpression"]):
        for action in _SEPARATOR.split(actions):
            if keyword == "ADD":
                path, value = action.split()
                name = names.get(path, path)
                item[name] = {"N": str(int(item.get(name, {"N": "0"})["N"]) + int(values[value]["N"]))}
                continue
            match = _SET.fullmatch(action.strip())
            if match is None:
                raise ValueError(f"cannot read SET {action}")
            path, only_new, value = match.groups()
            name = names.get(path, path)
            if not (only_new and name in item):
                item[name] = values[value]
