"""The redirect's DynamoDB client against a server that misbehaves in every way we know of."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from email.utils import formatdate
from select import select

import pytest

from signpost.tracking.redirect.dynamodb_client import AwsCredentials, Client, Endpoint, credentials_from_environment
from signpost.tracking.redirect.errors import DynamoDBError
from tests import fault_server as server
from tests.fault_server import FaultServer

PUT = {"TableName": "Clicks", "Item": {"click": {"S": "01"}}}
PATIENCE = 30.0  # seconds, for answers that depend on nothing but the script
BUDGET = 2.0  # seconds, for a server that takes longer


@pytest.fixture
def dynamodb() -> Iterator[FaultServer]:
    with FaultServer().running() as running:
        yield running


@pytest.fixture
def client(dynamodb: FaultServer) -> Iterator[Client]:
    with closing(Client(endpoint(dynamodb), AwsCredentials("access", "secret", "token"))) as made:
        yield made


def endpoint(dynamodb: FaultServer) -> Endpoint:
    return Endpoint(tls=False, address="127.0.0.1", port=dynamodb.port, host="dynamodb.local", region="eu-west-1")


def test_calls_share_one_connection(client: Client, dynamodb: FaultServer) -> None:
    dynamodb.script = [server.answer({"Item": {"key": {"S": "ä"}}})]

    replies = [client.call("GetItem", PUT, PATIENCE) for _ in range(3)]

    assert replies == [{"Item": {"key": {"S": "ä"}}}] * 3
    assert dynamodb.connections == 1
    head, _, body = dynamodb.requests[0].partition(b"\r\n\r\n")
    assert b"X-Amz-Target: DynamoDB_20120810.GetItem" in head
    assert b"X-Amz-Security-Token: token" in head
    assert json.loads(body) == PUT


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(server.reset, id="reset"),
        pytest.param(server.close, id="closed"),
        pytest.param(server.then(server.raw(b"HTTP/1.1 200 OK\r\nContent-Le"), server.close), id="half a head"),
        pytest.param(
            server.then(server.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), server.reset), id="half a body"
        ),
        pytest.param(server.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), id="no length"),
        pytest.param(server.raw(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), id="odd length"),
        pytest.param(server.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n"), id="endless"),
        pytest.param(server.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{}"), id="two replies"),
        pytest.param(server.raw(b"nonsense\r\n\r\n"), id="no HTTP"),
        pytest.param(server.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{"), id="no JSON"),
        pytest.param(server.error("InternalServerError", 500), id="500"),
        pytest.param(server.answer(b"<html>", 503), id="503 without JSON"),
        pytest.param(server.error("ThrottlingException"), id="throttled"),
        pytest.param(server.error("ProvisionedThroughputExceededException"), id="hot partition"),
        pytest.param(server.error("TransactionConflictException"), id="changed at the same moment"),
    ],
)
def test_passing_errors_are_retried_once(client: Client, dynamodb: FaultServer, fault: server.Step) -> None:
    dynamodb.script = [fault, server.answer({})]

    assert client.call("PutItem", PUT, PATIENCE) == {}

    assert len(dynamodb.requests) == 2
    assert dynamodb.requests[0].partition(b"\r\n\r\n")[2] == dynamodb.requests[1].partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (server.reset, "NoAnswer"),
        (server.error("InternalServerError", 500), "InternalServerError"),
        (server.error("ThrottlingException"), "ThrottlingException"),
        (server.answer(b"<html>", 502), "HTTP502"),
        (server.answer(b"[]", 500), "HTTP500"),
    ],
)
def test_there_is_no_third_try(client: Client, dynamodb: FaultServer, fault: server.Step, code: str) -> None:
    dynamodb.script = [fault]

    with pytest.raises(DynamoDBError) as raised:
        client.call("PutItem", PUT, PATIENCE)

    assert raised.value.code == code
    assert len(dynamodb.requests) == 2


@pytest.mark.parametrize("kind", ["ResourceNotFoundException", "AccessDeniedException", "ValidationException"])
def test_lasting_errors_are_not_retried(client: Client, dynamodb: FaultServer, kind: str) -> None:
    dynamodb.script = [server.error(kind)]

    with pytest.raises(DynamoDBError, match="as the script says") as raised:
        client.call("PutItem", PUT, PATIENCE)

    assert raised.value.code == kind
    assert len(dynamodb.requests) == 1


def test_a_server_that_says_nothing_leaves_time_for_the_second_try(client: Client, dynamodb: FaultServer) -> None:
    dynamodb.script = [server.nothing(dynamodb), server.answer({})]

    assert client.call("PutItem", PUT, BUDGET) == {}

    assert dynamodb.connections == 2


@pytest.mark.parametrize("slow", [server.nothing, lambda running: server.in_drops({"a": "b" * 100}, running)])
def test_the_budget_holds_however_slowly_it_answers(
    dynamodb: FaultServer, slow: Callable[[FaultServer], server.Step]
) -> None:
    # Given a timer that records each reading
    spent: list[float] = []

    def timer() -> float:
        spent.append(time.monotonic())
        return spent[-1]

    dynamodb.script = [slow(dynamodb)]

    with (
        closing(Client(endpoint(dynamodb), AwsCredentials("a", "s"), timer=timer)) as client,
        pytest.raises(DynamoDBError, match="NoAnswer"),
    ):
        client.call("PutItem", PUT, BUDGET)

    # Then it gave up after both tries, and read the timer at most once after the budget was over
    assert len(dynamodb.requests) == 2
    assert sum(moment > spent[0] + BUDGET for moment in spent) <= 1


def test_reopening_an_idle_connection_does_not_count_as_a_try(client: Client, dynamodb: FaultServer) -> None:
    # Given a connection that the server closes after its answer
    dynamodb.script = [
        server.then(server.answer({}), server.close),
        server.error("ThrottlingException"),
        server.answer({}),
    ]
    client.call("PutItem", PUT, PATIENCE)
    assert client._socket is not None
    assert select([client._socket], [], [], PATIENCE)[0], "the server has not closed it"

    # When the next call is throttled once, it still has its second try
    assert client.call("PutItem", PUT, PATIENCE) == {}

    assert len(dynamodb.requests) == 3


@pytest.mark.parametrize("goodbye", [{"headers": "Connection: close\r\n"}, {"version": "1.0"}])
def test_a_connection_that_the_server_will_close_is_not_used_again(
    client: Client, dynamodb: FaultServer, goodbye: dict[str, str]
) -> None:
    dynamodb.script = [server.answer({}, **goodbye)]  # type: ignore[arg-type]

    client.call("PutItem", PUT, PATIENCE)
    client.call("PutItem", PUT, PATIENCE)

    assert dynamodb.connections == 2


def test_a_refused_connection_counts_as_no_answer() -> None:
    with FaultServer().running() as gone:
        port = gone.port
    nowhere = Endpoint(tls=False, address="127.0.0.1", port=port, host="h", region="eu-west-1")
    client = Client(nowhere, AwsCredentials("a", "s"))

    with pytest.raises(DynamoDBError, match="NoAnswer: ConnectionRefusedError"):
        client.call("PutItem", PUT, PATIENCE)


def test_a_wrong_clock_is_corrected_once(dynamodb: FaultServer) -> None:
    # Given a clock that is an hour late
    now = time.time()
    refusal = server.error("InvalidSignatureException", headers=f"Date: {formatdate(now, usegmt=True)}\r\n")
    dynamodb.script = [refusal, server.answer({})]

    with closing(Client(endpoint(dynamodb), AwsCredentials("a", "s"), clock=lambda: now - 3600)) as client:
        client.call("PutItem", PUT, PATIENCE)
        client.call("PutItem", PUT, PATIENCE)

    def stamp(request: bytes) -> bytes:
        return next(line for line in request.split(b"\r\n") if line.startswith(b"X-Amz-Date"))

    late, right, still_right = dynamodb.requests
    assert stamp(late) < stamp(right) == stamp(still_right)


@pytest.mark.parametrize("date", [lambda: "", lambda: "nonsense", lambda: formatdate(usegmt=True)])
def test_a_signature_that_is_wrong_for_another_reason_is_refused(
    client: Client, dynamodb: FaultServer, date: Callable[[], str]
) -> None:
    dynamodb.script = [server.error("InvalidSignatureException", headers=f"Date: {date()}\r\n")]

    with pytest.raises(DynamoDBError, match="InvalidSignatureException"):
        client.call("PutItem", PUT, PATIENCE)

    assert len(dynamodb.requests) == 1


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, (True, "dynamodb.eu-west-1.amazonaws.com", 443, "dynamodb.eu-west-1.amazonaws.com")),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, (False, "127.0.0.1", 4566, "127.0.0.1:4566")),
        ({"AWS_ENDPOINT_URL": "http://a:1", "AWS_ENDPOINT_URL_DYNAMODB": "https://b/"}, (True, "b", 443, "b")),
    ],
)
def test_the_endpoint_is_that_of_other_sdks(environ: dict[str, str], expected: tuple[bool, str, int, str]) -> None:
    found = Endpoint.from_environment({"AWS_REGION": "eu-west-1", **environ})

    assert found == Endpoint(*expected, region="eu-west-1")


def test_china_has_its_own_domain() -> None:
    found = Endpoint.from_environment({"AWS_REGION": "cn-north-1"})

    assert found.host == "dynamodb.cn-north-1.amazonaws.com.cn"


def test_credentials_may_lack_a_session_token() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s"}

    assert credentials_from_environment(environ) == AwsCredentials("a", "s", "")
