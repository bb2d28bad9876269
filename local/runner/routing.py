"""Which route of the HTTP API answers a request.

AWS API Gateway developer guide, "Routing API requests": a full match first, then path variables, then a greedy one,
then `$default`; and a route that names the method before one for any method.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from local.runner.application import Route

_LITERAL, _VARIABLE, _GREEDY = range(3)
_DEFAULT: Final = "$default"


@dataclass(frozen=True)
class Match:
    """`parameters` are decoded; `route_key` is as AWS shows it in the event."""

    function: str
    route_key: str
    parameters: Mapping[str, str]


class Router:
    """The routes of the template, most specific first."""

    def __init__(self, routes: Iterable[Route]) -> None:
        routes = list(routes)
        self._default = next((route for route in routes if route.path == _DEFAULT), None)
        paths = [route for route in routes if route.path != _DEFAULT]
        self._routes = sorted(paths, key=_rank)

    def match(self, method: str, path: str) -> Match | None:
        """The route for `path` (as in the request line, without the query)."""
        segments = path.split("/")[1:]
        for route in self._routes:
            if route.method in (method, "ANY"):
                parameters = _parameters(route.path.split("/")[1:], segments)
                if parameters is not None:
                    return Match(route.function, f"{route.method} {route.path}", parameters)
        return Match(self._default.function, _DEFAULT, {}) if self._default else None


def _kind(segment: str) -> int:
    if segment.startswith("{"):
        return _GREEDY if segment.endswith("+}") else _VARIABLE
    return _LITERAL


def _rank(route: Route) -> tuple[list[int], bool]:
    return [_kind(segment) for segment in route.path.split("/")[1:]], route.method == "ANY"


def _parameters(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    """The path's variables; None when the path does not match. A variable does not match an empty segment."""
    parameters: dict[str, str] = {}
    for number, part in enumerate(pattern):
        kind = _kind(part)
        if kind == _GREEDY:
            rest = "/".join(segments[number:])
            return {**parameters, part[1:-2]: unquote(rest)} if rest else None
        if number >= len(segments):
            return None
        if kind == _LITERAL and unquote(segments[number]) != part:
            return None
        if kind == _VARIABLE:
            if not segments[number]:
                return None
            parameters[part[1:-1]] = unquote(segments[number])
    return parameters if len(segments) == len(pattern) else None
