"""Which route answers an event, and what is answered when it fails."""

import json
from types import SimpleNamespace

import pytest

from signpost.platform.dispatch import Route, dispatch
from signpost.platform.errors import Conflict, SignpostError
from signpost.platform.http import Event, Reply, json_reply, reply

CONTEXT = SimpleNamespace(aws_request_id="request-1")


@pytest.fixture(autouse=True)
def _metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Signpost")


def works(greeting: str, event: Event) -> Reply:
    return reply(200, greeting + event["rawPath"])


def conflicts(*_: object) -> Reply:
    raise Conflict("Somebody else has it.")


def breaks(*_: object) -> Reply:
    raise RuntimeError("a secret detail")


def refusal(error: SignpostError) -> Reply:
    return json_reply(error.status, {"msg": str(error)})


ROUTES: dict[str, Route] = {"GET /works": works, "GET /conflicts": conflicts, "GET /breaks": breaks}


def send(route: str) -> Reply:
    return dispatch(ROUTES, {"routeKey": route, "rawPath": "/path"}, CONTEXT, refusal, "Hello ")


def test_the_route_answers_with_what_it_is_given() -> None:
    assert send("GET /works")["body"] == "Hello /path"


@pytest.mark.parametrize(
    ("route", "status", "message"),
    [
        ("GET /conflicts", 409, "Somebody else has it."),
        ("GET /nothing", 404, "There is nothing at this address."),
        ("GET /breaks", 500, "Something went wrong here. Request request-1."),
    ],
)
def test_an_error_is_answered_in_the_shape_of_the_api(route: str, status: int, message: str) -> None:
    answer = send(route)

    assert (answer["statusCode"], json.loads(answer["body"])) == (status, {"msg": message})


def test_a_defect_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    send("GET /breaks")

    assert '"UnexpectedErrors":[1.0]' in capsys.readouterr().out
