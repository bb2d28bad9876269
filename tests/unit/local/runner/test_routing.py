"""Route precedence of the HTTP API."""

import pytest

from local.runner.application import Route
from local.runner.routing import Router

ROUTES = [
    Route("ANY", "/{proxy+}", "everything"),
    Route("GET", "/pets/{proxy+}", "greedy"),
    Route("ANY", "/pets/{id}", "any"),
    Route("GET", "/pets/{id}", "variable"),
    Route("GET", "/pets/dog", "exact"),
    Route("GET", "/pets/{id}/toys/{toy}", "two"),
]


@pytest.mark.parametrize(
    ("method", "path", "function", "parameters"),
    [
        ("GET", "/pets/dog", "exact", {}),
        ("GET", "/pets/cat", "variable", {"id": "cat"}),
        ("PUT", "/pets/cat", "any", {"id": "cat"}),
        ("PUT", "/pets/dog", "any", {"id": "dog"}),
        ("GET", "/pets/cat/toys/a%20b", "two", {"id": "cat", "toy": "a b"}),
        ("GET", "/pets/cat/toys", "greedy", {"proxy": "cat/toys"}),
        ("GET", "/pets/", "everything", {"proxy": "pets/"}),
        ("GET", "/pets", "everything", {"proxy": "pets"}),
        ("POST", "/pets/a/b", "everything", {"proxy": "pets/a/b"}),
    ],
)
def test_most_specific_route_answers(method: str, path: str, function: str, parameters: dict[str, str]) -> None:
    match = Router(ROUTES).match(method, path)

    assert match is not None
    assert (match.function, dict(match.parameters)) == (function, parameters)


def test_default_route_takes_the_rest() -> None:
    match = Router([Route("GET", "/a", "a"), Route("ANY", "$default", "rest")]).match("POST", "/")

    assert match is not None
    assert (match.function, match.route_key) == ("rest", "$default")


def test_a_variable_needs_at_least_one_character() -> None:
    assert Router([Route("GET", "/a/{id}", "a"), Route("GET", "/b/{x+}", "b")]).match("GET", "/a/") is None
    assert Router([Route("GET", "/b/{x+}", "b")]).match("GET", "/b/") is None
