"""The routes of the HTTP API lead to the functions that serve the addresses behind them."""

import json
import re

import pytest

from local.runner.application import Route
from local.runner.routing import Router
from signpost.platform import routes
from tests.served_routes import names, served
from tests.template_model import ROOT, functions, snake_case

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WRITTEN = [
    Route(event["Properties"].get("Method", "ANY"), event["Properties"].get("Path", routes.DEFAULT), each.name)
    for each in functions()
    for event in each.events.values()
    if event["Type"] == "HttpApi"
]
ROUTER = Router(WRITTEN)
(REST,) = (each.function for each in WRITTEN if each.path == routes.DEFAULT)


def example(path: str) -> str:
    """An address of the route, with something in place of its variables."""
    return re.sub(r"\{\w+\+?\}", "17841", path)


def led(method: str, path: str) -> tuple[str, str]:
    """The function that the API calls, and the key of its route."""
    match = ROUTER.match(method, path)
    assert match is not None
    return match.function, match.route_key


@pytest.mark.parametrize("function", names())
def test_every_address_leads_to_the_function_that_serves_it(function: str) -> None:
    for method, _, path in (route.partition(" ") for route in served()[function]):
        assert led(method, example(path))[0] == function, f"{method} {path}"
        # With another method, too, unless the function has no route for it: it says which methods there are
        assert {led(each, example(path))[0] for each in METHODS} <= {function, REST}, path


def test_every_route_leads_to_something() -> None:
    used = {
        led(method, example(path))
        for addresses in served().values()
        for method, _, path in (route.partition(" ") for route in addresses)
    }

    assert used == {(each.function, f"{each.method} {each.path}") for each in WRITTEN if each.function != REST}


@pytest.mark.parametrize("function", names())
def test_every_address_has_a_sample_event(function: str) -> None:
    events = [
        json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "events" / snake_case(function)).glob("*")
    ]
    known = {route: route for route in served()[function]}

    assert {routes.find(known, event)[0] for event in events if "routeKey" in event} == set(known)
