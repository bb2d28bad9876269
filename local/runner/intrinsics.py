"""Resolves the usual intrinsic functions of a template, and raises a clear error for any other."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from local.runner.errors import TemplateError

ACCOUNT_ID: Final = "123456789012"  # moto's
REGION: Final = "us-east-1"

PSEUDO_PARAMETERS: Final = {
    "AWS::AccountId": ACCOUNT_ID,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT_ID}:stack/local/00000000-0000-0000-0000-000000000000",
    "AWS::StackName": "local",
    "AWS::URLSuffix": "amazonaws.com",
}
_SUB_VARIABLE = re.compile(r"\$\{(!?)([^}]+)\}")


class _NoValue:
    """What `!Ref AWS::NoValue` resolves to: the property or list entry is left out."""


NO_VALUE: Final = _NoValue()


@dataclass
class Scope:
    """What a template's references mean. `attributes` is keyed by (logical id, attribute)."""

    parameters: Mapping[str, str]
    conditions: Mapping[str, Any]
    mappings: Mapping[str, Any] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    attributes: dict[tuple[str, str], str] = field(default_factory=dict)

    def condition(self, name: str) -> bool:
        if name not in self.conditions:
            raise TemplateError(f"the template has no condition {name}.")
        return _truth(resolve(self.conditions[name], self))


def resolve(value: Any, scope: Scope, *, partial: bool = False) -> Any:
    """`value` with its intrinsic functions replaced; with `partial`, unknown references stay as they are.

    Raises TemplateError for an intrinsic function that is not supported and, unless `partial`, for an unknown
    reference.
    """
    match value:
        case dict() if len(value) == 1 and (name := next(iter(value))) in _FUNCTIONS:
            return _FUNCTIONS[name](value[name], scope, partial)
        case dict() if len(value) == 1 and str(next(iter(value))).startswith("Fn::"):
            raise TemplateError(f"{next(iter(value))} is not supported by the local stack.")
        case dict():
            resolved = {key: resolve(item, scope, partial=partial) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not NO_VALUE}
        case list():
            return [item for each in value if (item := resolve(each, scope, partial=partial)) is not NO_VALUE]
        case _:
            return value


def references(value: Any) -> Iterator[tuple[str, str | None]]:
    """Each (logical id, attribute or None) that `value` refers to, at any depth."""
    match value:
        case {"Ref": str(name)} if len(value) == 1:
            yield name, None
        case {"Fn::GetAtt": (str() | [str(), str()]) as target} if len(value) == 1:
            yield _attribute_target(target)
        case {"Fn::Sub": target} if len(value) == 1:
            text, variables = (target, {}) if isinstance(target, str) else target
            for literal, name in _SUB_VARIABLE.findall(text):
                if not literal and name not in variables:
                    logical_id, _, attribute = name.partition(".")
                    yield logical_id, attribute or None
            yield from references(variables)
        case dict():
            for item in value.values():
                yield from references(item)
        case list():
            for item in value:
                yield from references(item)


def _ref(target: Any, scope: Scope, partial: bool) -> Any:
    name = resolve(target, scope)  # AWS::LanguageExtensions lets it be a function
    if name == "AWS::NoValue":
        return NO_VALUE
    for known in (PSEUDO_PARAMETERS, scope.parameters, scope.references):
        if name in known:
            return known[name]
    if partial:
        return {"Ref": name}
    raise TemplateError(f"!Ref {name} leads nowhere.")


def _attribute_target(target: Any) -> tuple[str, str]:
    logical_id, _, attribute = target.partition(".") if isinstance(target, str) else (target[0], ".", target[1])
    return logical_id, attribute


def _get_att(target: Any, scope: Scope, partial: bool) -> Any:
    logical_id, attribute = _attribute_target(resolve(target, scope))
    if (value := scope.attributes.get((logical_id, attribute))) is not None:
        return value
    if partial:
        return {"Fn::GetAtt": [logical_id, attribute]}
    raise TemplateError(f"!GetAtt {logical_id}.{attribute} leads nowhere.")


def _sub(target: Any, scope: Scope, partial: bool) -> Any:
    text, raw_variables = (target, {}) if isinstance(target, str) else target
    variables = {name: resolve(value, scope, partial=partial) for name, value in raw_variables.items()}
    unknown = False

    def replace(match: re.Match[str]) -> str:
        nonlocal unknown
        literal, name = match.groups()
        if literal:
            return match[0] if partial else f"${{{name}}}"
        if name in variables:
            value = variables[name]
        elif "." in name:
            value = _get_att(name, scope, partial)
        else:
            value = _ref(name, scope, partial)
        if isinstance(value, dict):
            unknown = True
            return match[0]
        return str(value)

    result = _SUB_VARIABLE.sub(replace, text)
    if not unknown:
        return result
    left = {name: value for name, value in variables.items() if isinstance(value, dict)}
    return {"Fn::Sub": [result, left] if left else result}


def _find_in_map(target: Any, scope: Scope, partial: bool) -> Any:
    keys, default = target[:3], target[3:]
    name, first, second = resolve(keys, scope)
    try:
        return scope.mappings[name][first][second]
    except KeyError as error:
        if default:
            return resolve(default[0]["DefaultValue"], scope, partial=partial)
        raise TemplateError(f"the template's mappings have no {name}.{first}.{second}.") from error


def _if(target: Any, scope: Scope, partial: bool) -> Any:
    name, when_true, when_false = target
    return resolve(when_true if scope.condition(name) else when_false, scope, partial=partial)


def _join(target: Any, scope: Scope, partial: bool) -> Any:
    separator, parts = target
    resolved = resolve(parts, scope, partial=partial)
    if not isinstance(resolved, list) or any(isinstance(part, dict) for part in resolved):
        return {"Fn::Join": [separator, resolved]}
    return separator.join(str(part) for part in resolved)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TemplateError(f"{value!r} is not a condition.")
    return value


def _equals(target: Any, scope: Scope, _partial: bool) -> bool:
    left, right = (resolve(side, scope) for side in target)
    return str(left) == str(right)


def _not(target: Any, scope: Scope, _partial: bool) -> bool:
    return not _truth(resolve(target[0], scope))


def _and(target: Any, scope: Scope, _partial: bool) -> bool:
    return all(_truth(resolve(each, scope)) for each in target)


def _or(target: Any, scope: Scope, _partial: bool) -> bool:
    return any(_truth(resolve(each, scope)) for each in target)


def _condition(name: Any, scope: Scope, _partial: bool) -> Any:
    # A policy statement has a key of this name too, but with a mapping below it.
    return scope.condition(name) if isinstance(name, str) else {"Condition": name}


_FUNCTIONS: Final[dict[str, Callable[[Any, Scope, bool], Any]]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Join": _join,
    "Fn::Equals": _equals,
    "Fn::Not": _not,
    "Fn::And": _and,
    "Fn::Or": _or,
    "Condition": _condition,
}


def is_true(value: Any) -> bool:
    """Whether a resolved flag is on: a template may write it as `true` or as `"true"`."""
    return str(value).lower() == "true"
