"""Whom an API answers, and what it answers when something goes wrong."""

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, cast

import pytest
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import BaseModel, ConfigDict

from signpost.platform.basic_auth import AdminCredentials
from signpost.platform.errors import Conflict, SignpostError, Unavailable
from signpost.platform.guards import password
from signpost.platform.http import Event, Reply
from signpost.platform.http import reply as text_reply
from signpost.platform.json_api import Answer, JsonApi, response
from tests.http_events import ADMIN, basic, http_event

if TYPE_CHECKING:
    from signpost.platform.rate_limit import RateLimit

CONTEXT = SimpleNamespace(aws_request_id="request-1", get_remaining_time_in_millis=lambda: 2500)


@pytest.fixture(autouse=True)
def _metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Signpost")


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    sizes: list[int] = []


def error_body(error: SignpostError) -> dict[str, object]:
    return {"code": error.code, "msg": str(error)}


def made(failure: Exception | None = None, **options: Any) -> JsonApi:
    api = JsonApi(error_body, **options)

    @api.post("/wishes")
    def wish(
        wish: Annotated[Wish, Body()],
        limit: Annotated[int, Query(ge=1)] = 1,
        cursor: Annotated[str, Query(alias="after", pattern="^[a-z]{3,5}$")] = "abc",
    ) -> Response[Wish]:
        if failure is not None:
            raise failure
        return Response(201, "application/json", wish)

    @api.get("/wishes")
    def wishes() -> Response[str]:
        return Response(200, "text/plain", "none")

    return api


def send(api: JsonApi, body: object = '{"name": "x"}', path: str = "/wishes", **more: Any) -> tuple[int, Any]:
    reply = api.resolve(http_event("POST", path, body=body, **more), CONTEXT)
    return reply["statusCode"], json.loads(reply["body"])


def guarded(credentials: AdminCredentials | Unavailable) -> JsonApi:
    def read() -> AdminCredentials:
        if isinstance(credentials, Unavailable):
            raise credentials
        return credentials

    unlimited = cast("RateLimit", SimpleNamespace(check=lambda *_, **__: None, take=lambda *_, **__: None))
    return made(authenticate=password(read, unlimited))


def test_the_administrator_is_answered() -> None:
    assert send(guarded(AdminCredentials(*ADMIN)), headers=basic(*ADMIN))[0] == 201


def test_anybody_else_gets_a_challenge_to_log_in() -> None:
    api = guarded(AdminCredentials(*ADMIN))

    # Even before the body is read
    reply = api.resolve(http_event("POST", "/wishes", headers=basic("admin", "wrong"), body="{"), CONTEXT)

    assert reply == {
        "statusCode": 401,
        "headers": {"content-type": "application/json; charset=utf-8", "www-authenticate": 'Basic realm="Signpost"'},
        "body": '{"code": "not_authenticated", "msg": "Missing or wrong credentials."}',
    }


def test_nobody_is_answered_while_the_credentials_cannot_be_read() -> None:
    reply = guarded(Unavailable("Try again.")).resolve(http_event("POST", "/wishes"), CONTEXT)

    assert (reply["statusCode"], "www-authenticate" in reply["headers"]) == (503, False)


@pytest.mark.parametrize("label", [None, "application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_bodies_are_json_whatever_they_are_labelled(label: str | None) -> None:
    headers = {"content-type": label} if label else {}

    assert send(made(), headers=headers) == (201, {"name": "x", "sizes": []})


@pytest.mark.parametrize(
    ("body", "query", "message"),
    [
        (None, "", "Send a JSON object as the body."),
        ({"name": "x", "colour": "red"}, "", "colour: there is no such field."),
        ({"sizes": [1, "2"]}, "", "name: Field required. sizes.1: Input should be a valid integer."),
        ({"name": "x"}, "limit=0", "limit: Input should be greater than or equal to 1."),
        ({"name": "x"}, "after=123", "after: does not have the form that it must have."),
        ({"name": "x"}, "limits=3&x=", "limits, x: there is no such parameter; use limit, after."),
        ([{"name": "x"}, {"name": "y"}], "", "Send a JSON object as the body."),
        ([], "", "Send a JSON object as the body."),
        ('"x"', "", "Send a JSON object as the body."),
        ("false", "", "Send a JSON object as the body."),
        (f'{{"name": {"9" * 5000}}}', "", "A number in the body has too many digits."),
    ],
)
def test_invalid_requests_get_a_sentence(body: object, query: str, message: str) -> None:
    assert send(made(), body, query=query) == (422, {"code": "invalid_field", "msg": message})


def test_an_address_without_parameters_says_so() -> None:
    reply = made().resolve(http_event("GET", "/wishes", query="colour=red"), CONTEXT)

    assert reply["statusCode"] == 422
    assert "colour: there is no such parameter; this address takes none." in reply["body"]


def test_an_answer_does_not_grow_with_what_is_wrong() -> None:
    _, answer = send(made(), {"name": "x", "sizes": ["x"] * 1000}, query="")
    _, of_names = send(made(), query="&".join(f"x{number}=1" for number in range(500)))

    assert len(answer["msg"]) < 1000
    assert len(of_names["msg"]) < 200


@pytest.mark.parametrize("body", ["{", "[" * 100_000])
def test_what_is_not_json_is_refused(body: str) -> None:
    status, answer = send(made(), body)

    assert (status, answer["code"]) == (400, "invalid_input")


def test_what_is_not_text_is_refused() -> None:
    event = http_event("POST", "/wishes", body="/w==") | {"isBase64Encoded": True}

    assert made().resolve(event, CONTEXT)["statusCode"] == 400


@pytest.mark.parametrize("query", ["", "colour=red"])
def test_an_address_without_a_route_is_not_found(query: str) -> None:
    assert send(made(), path="/nothing", query=query) == (
        404,
        {"code": "not_found", "msg": "There is nothing at this address."},
    )


def test_another_method_is_told_which_ones_there_are() -> None:
    reply = made().resolve(http_event("PATCH", "/wishes"), CONTEXT)

    assert (reply["statusCode"], reply["headers"]["allow"]) == (405, "GET, POST")
    assert json.loads(reply["body"]) == {"code": "method_not_allowed", "msg": "This address takes GET, POST only."}


def test_an_address_that_ends_in_a_slash_leads_to_the_one_without() -> None:
    reply = made().resolve(http_event("POST", "/wishes/"), CONTEXT)

    assert (reply["statusCode"], reply["headers"]["location"]) == (308, "/wishes")


def test_a_known_error_says_what_to_do() -> None:
    assert send(made(Conflict("Choose another name."))) == (409, {"code": "conflict", "msg": "Choose another name."})


def test_a_service_that_does_not_answer_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert send(made(Unavailable("The table does not answer.")))[0] == 503

    [line] = caplog.records
    assert (line.getMessage(), line.__dict__["error"]) == ("a service did not answer", "The table does not answer.")


def test_a_defect_is_logged_and_counted_but_not_shown(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    failure = RuntimeError("a secret detail")

    status, answer = send(made(failure))

    assert (status, answer) == (500, {"code": "internal", "msg": "Something went wrong here. Request request-1."})
    [line] = caplog.records
    assert line.exc_info
    assert (line.getMessage(), line.exc_info[1]) == ("unexpected error", failure)
    assert '"UnexpectedErrors":[1.0]' in capsys.readouterr().out


# ----------------------------------------------------------------------------- replies of routes that validate nothing
def plain(failure: Exception | None = None) -> JsonApi:
    """With replies and refusals of its own."""

    def refusal(event: Event, error: SignpostError) -> Reply:
        return text_reply(error.status, f"{event['rawPath']}: {error}", headers={"retry-after": "1"})

    api = JsonApi(error_body, refusal=refusal, validate=False)

    @api.get("/wishes")
    def wishes() -> Answer:
        if failure is not None:
            raise failure
        return response(text_reply(200, f"{api.seconds_left()} s") | {"cookies": ["a=b; Path=/"]})

    return api


def test_a_reply_is_passed_on_as_it_is() -> None:
    reply = plain().resolve(http_event("GET", "/wishes"), CONTEXT)

    assert reply == {
        "statusCode": 200,
        "headers": {"content-type": "text/plain; charset=utf-8"},
        "body": "2.5 s",
        "isBase64Encoded": False,
        "cookies": ["a=b; Path=/"],
    }


@pytest.mark.parametrize(
    ("failure", "status", "body", "messages"),
    [
        (Unavailable("Try again."), 503, "/wishes: Try again.", []),
        (
            RuntimeError("a secret detail"),
            500,
            "/wishes: Something went wrong here. Request request-1.",
            ["unexpected error"],
        ),
    ],
)
def test_every_error_is_answered_by_its_refusal(
    failure: Exception, status: int, body: str, messages: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    reply = plain(failure).resolve(http_event("GET", "/wishes"), CONTEXT)

    assert (reply["statusCode"], reply["body"], reply["headers"]["retry-after"]) == (status, body, "1")
    assert [line.getMessage() for line in caplog.records] == messages
