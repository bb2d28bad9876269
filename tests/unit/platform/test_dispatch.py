"""Which route answers an event, and what is answered when it fails."""

import json
from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from signpost.platform.dispatch import Route, dispatch
from signpost.platform.errors import Conflict, SignpostError
from signpost.platform.http import Event, Reply, json_reply, reply
from tests.http_events import http_event

CONTEXT = SimpleNamespace(aws_request_id="request-1")


@pytest.fixture(autouse=True)
def _metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Signpost")


def works(greeting: str, event: Event) -> Reply:
    return reply(200, greeting + event["rawPath"])


def parts(_greeting: str, event: Event) -> Reply:
    return json_reply(200, event["pathParameters"])


def conflicts(*_: object) -> Reply:
    raise Conflict("Somebody else has it.")


def breaks(*_: object) -> Reply:
    raise RuntimeError("a secret detail")


def refusal(error: SignpostError) -> Reply:
    return json_reply(error.status, {"msg": str(error)})


ROUTES: dict[str, Route] = {
    "GET /works": works,
    "POST /works": conflicts,
    "GET /works/{id}/parts/{part}": parts,
    "GET /works/{id}/parts/all.csv": works,
    "GET /files/{path+}": parts,
    "GET /conflicts": conflicts,
    "GET /breaks": breaks,
}


def send(route: str, routes: Mapping[str, Route] = ROUTES) -> Reply:
    method, _, path = route.partition(" ")
    return dispatch(routes, http_event(method, path), CONTEXT, refusal, "Hello ")


def test_the_route_answers_with_what_it_is_given() -> None:
    assert send("GET /works")["body"] == "Hello /works"


@pytest.mark.parametrize(
    ("route", "parameters"),
    [
        ("GET /works/1/parts/a b", {"id": "1", "part": "a b"}),
        ("GET /works/{id}/parts/{part}", {"id": "{id}", "part": "{part}"}),
        ("GET /files/a", {"path": "a"}),
        ("GET /files/a/b\n/", {"path": "a/b\n/"}),
    ],
)
def test_a_route_gets_the_variables_of_the_path(route: str, parameters: dict[str, str]) -> None:
    assert json.loads(send(route)["body"]) == parameters


def test_the_route_with_the_fewest_variables_answers() -> None:
    assert send("GET /works/1/parts/all.csv")["body"] == "Hello /works/1/parts/all.csv"


@pytest.mark.parametrize(("route", "allowed"), [("PATCH /works", "GET, POST"), ("HEAD /files/a", "GET")])
def test_another_method_is_told_which_ones_there_are(route: str, allowed: str) -> None:
    answer = send(route)

    assert (answer["statusCode"], answer["headers"]["allow"]) == (405, allowed)
    assert json.loads(answer["body"]) == {"msg": f"This address takes {allowed} only."}


def test_an_address_that_ends_in_a_slash_leads_to_the_one_without() -> None:
    answer = send("POST /works/")

    assert (answer["statusCode"], answer["headers"]["location"]) == (308, "/works")


def test_the_default_route_takes_all_the_rest() -> None:
    assert send("PUT /works/", {"GET /works": conflicts, "$default": works})["body"] == "Hello /works/"


@pytest.mark.parametrize(
    ("route", "status", "message"),
    [
        ("GET /conflicts", 409, "Somebody else has it."),
        ("GET /nothing", 404, "There is nothing at this address."),
        ("GET /works/1/parts", 404, "There is nothing at this address."),
        ("GET /breaks", 500, "Something went wrong here. Request request-1."),
    ],
)
def test_an_error_is_answered_in_the_shape_of_the_api(route: str, status: int, message: str) -> None:
    answer = send(route)

    assert (answer["statusCode"], json.loads(answer["body"])) == (status, {"msg": message})


def test_a_defect_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    send("GET /breaks")

    assert '"UnexpectedErrors":[1.0]' in capsys.readouterr().out
