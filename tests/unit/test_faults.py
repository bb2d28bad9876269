"""The fault harness: each mode does to a call what its name says, in every protocol that AWS speaks."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from moto import mock_aws
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import botocore_stubber

from signpost.tracking.redirect.dynamodb_client import AwsCredentials, Client, Endpoint
from signpost.tracking.redirect.errors import DynamoDBError
from tests import faults
from tests.faults import COSTLY, Fault, Killed, Mode, at_every_call

Call = Callable[[], object]
ONCE = [mode for mode in Mode if not mode.lasting and not mode.kills]
LASTING = [mode for mode in Mode if mode.lasting]
KILLING = [mode for mode in Mode if mode.kills]
DYNAMODB = ("dynamodb", "get_item", {"TableName": "T", "Key": {"key": {"S": "1"}}})
CALLS = [
    DYNAMODB,
    ("sqs", "send_message", {"QueueUrl": "https://sqs.example/1/q", "MessageBody": "x"}),
    ("kms", "generate_mac", {"KeyId": "k", "MacAlgorithm": "HMAC_SHA_256", "Message": b"x"}),
    ("s3", "put_object", {"Bucket": "b", "Key": "k", "Body": b"x"}),
    ("s3", "get_object", {"Bucket": "b", "Key": "k"}),
    ("ses", "send_email", {"Source": "a", "Destination": {}, "Message": {"Subject": {"Data": ""}, "Body": {}}}),
    ("sesv2", "send_email", {"Content": {}}),
]


class Service:
    """Does all that reaches it."""

    done = 0

    def answer(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        self.done += 1
        body = b"{}" if "json" in str(request.headers.get("Content-Type")) else b""
        if "Action=" in str(request.body):
            body = b"<SendEmailResponse><SendEmailResult/></SendEmailResponse>"
        return 200, {}, body


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """In place of moto."""
    service = Service()
    monkeypatch.setattr(BotocoreStubber, "process_request", lambda _self, request: service.answer(request))
    monkeypatch.setattr(botocore_stubber, "enabled", True)
    return service


def client(name: str, mode: Literal["standard", "legacy"] = "standard") -> Any:
    make: Any = boto3.client
    return make(
        name,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"mode": mode, "total_max_attempts": 3}),
    )


@pytest.fixture
def get_item(service: Service) -> Callable[[], Any]:
    dynamodb = client("dynamodb")
    return lambda: dynamodb.get_item(**DYNAMODB[2])


@pytest.mark.parametrize(("name", "operation", "arguments"), CALLS, ids=[f"{call[0]}-{call[1]}" for call in CALLS])
def test_an_sdk_gets_over_one_fault_and_not_over_a_lasting_one(
    service: Service, name: str, operation: str, arguments: dict[str, object]
) -> None:
    call = getattr(client(name), operation)

    for mode in ONCE:
        service.done, fault = 0, Fault(mode, 1)
        assert fault.attempt(lambda: call(**arguments)).done, fault
        assert (service.done, len(fault.calls)) == (2 if mode.done else 1, 2), fault
    for mode in LASTING:
        service.done, fault = 0, Fault(mode, 1)
        assert fault.attempt(lambda: call(**arguments), ClientError, BotoCoreError).error, fault
        assert (service.done, len(fault.calls)) == (3 if mode.done else 0, 3), fault


def test_old_retries_do_not_wait_either(service: Service) -> None:
    legacy = client("dynamodb", "legacy").get_item

    for mode in ONCE:
        assert Fault(mode, 1).attempt(lambda: legacy(**DYNAMODB[2])).done


def test_retries_do_not_run_out(get_item: Call) -> None:
    for _ in range(300):
        fault = Fault(Mode.ALL_TIMED_OUT, 1)
        assert fault.attempt(get_item, BotoCoreError).error
        assert len(fault.calls) == 3


@pytest.mark.parametrize("mode", Mode)
def test_moto_does_what_is_done_under_a_fault_and_nothing_else(mode: Mode) -> None:
    with mock_aws():
        sqs = client("sqs")
        queue = {"QueueUrl": sqs.create_queue(QueueName="struck")["QueueUrl"]}
        fault = Fault(mode, 1)

        fault.attempt(lambda: sqs.send_message(**queue, MessageBody="x"), ClientError, BotoCoreError)

        struck = len(fault.calls) if mode.lasting else 1
        sent = len(sqs.receive_message(**queue, MaxNumberOfMessages=10).get("Messages", []))
        sqs.delete_queue(**queue)
    assert sent == len(fault.calls) - (0 if mode.done else struck)


@pytest.mark.parametrize("mode", KILLING)
def test_a_killed_process_does_nothing_more(service: Service, get_item: Call, mode: Mode) -> None:
    def stubborn() -> None:
        try:
            get_item()
        finally:
            get_item()

    def deaf() -> None:
        with suppress(Killed):
            get_item()

    def untidy() -> None:
        try:
            get_item()
        finally:
            raise ValueError

    for action in (stubborn, deaf, untidy):
        service.done = 0
        assert Fault(mode, 1).attempt(action).killed
        assert service.done == (1 if mode.done else 0)


def test_what_was_killed_or_failed_is_repeated_without_the_fault(get_item: Callable[[], Any]) -> None:
    for mode in (*KILLING, *LASTING):
        fault = Fault(mode, 1)
        assert fault.until_done(get_item, ClientError, BotoCoreError)["ResponseMetadata"]


def test_an_unexpected_error_gets_out(get_item: Call) -> None:
    with pytest.raises(ClientError):
        Fault(Mode.ALL_SERVER_ERRORS, 1).until_done(get_item, BotoCoreError)


@pytest.mark.parametrize("mode", Mode)
def test_every_call_gets_its_fault(get_item: Call, mode: Mode) -> None:
    hit: list[list[str]] = []

    def scenario(fault: Fault) -> None:
        fault.until_done(lambda: [get_item() for _ in range(3)], ClientError, BotoCoreError)
        if fault.hit:
            hit.append(fault.calls[: fault.at])

    assert at_every_call(scenario, mode) == len(hit) == 3
    assert hit == [["GetItem"] * (number + 1) for number in range(3)]


def test_calls_of_others_in_between_are_not_struck(service: Service, get_item: Call) -> None:
    fault = Fault(Mode.KILLED_BEFORE, 1)

    def action() -> None:
        with fault.paused():
            get_item()
        get_item()

    assert fault.attempt(action).killed
    assert (service.done, fault.calls) == (1, ["GetItem"])


def test_modes_are_taken_in_turn(get_item: Call) -> None:
    modes: list[Mode] = []

    def scenario(fault: Fault) -> None:
        fault.until_done(lambda: [get_item() for _ in range(4)], ClientError, BotoCoreError)
        modes.append(fault.mode)

    at_every_call(scenario, Mode.KILLED_AFTER, Mode.ALL_THROTTLED)

    assert modes == [Mode.ALL_THROTTLED, Mode.KILLED_AFTER] * 2 + [Mode.ALL_THROTTLED]
    assert sorted(mode.name for group in COSTLY for mode in group) == sorted(mode.name for mode in Mode)


def test_a_failed_assertion_names_its_fault(get_item: Call) -> None:
    def scenario(fault: Fault) -> None:
        fault.until_done(lambda: [get_item() for _ in range(2)])
        assert not (fault.at == 2 and fault.hit)

    with pytest.raises(AssertionError) as caught:
        at_every_call(scenario, Mode.KILLED_AFTER)

    assert "KILLED_AFTER (done, killed) at call 2, GetItem; calls: GetItem, GetItem" in caught.value.__notes__[0]


def test_a_scenario_must_make_a_call() -> None:
    with pytest.raises(AssertionError, match="no call"):
        at_every_call(lambda fault: fault.until_done(lambda: None), Mode.KILLED_BEFORE)


def test_a_scenario_that_never_ends_is_given_up(get_item: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "_MOST_CALLS", 5)

    def scenario(fault: Fault) -> None:
        fault.attempt(lambda: [get_item() for _ in range(fault.at)])

    with pytest.raises(AssertionError, match="more than"):
        at_every_call(scenario, Mode.KILLED_BEFORE)


class TestTheRedirectsOwnClient:
    @pytest.fixture
    def call(self, monkeypatch: pytest.MonkeyPatch) -> Call:
        self.done = 0

        def exchange(*_: object) -> tuple[int, str, bytes]:
            self.done += 1
            return 200, "", b"{}"

        monkeypatch.setattr(Client, "_exchange", exchange)
        endpoint = Endpoint(tls=False, address="127.0.0.1", port=1, host="h", region="us-east-1")
        lean = Client(endpoint, AwsCredentials("a", "b"))
        return lambda: lean.call("PutItem", {}, 10.0)

    @pytest.mark.parametrize("mode", Mode)
    def test_it_gets_over_one_fault_and_not_over_a_lasting_one(self, call: Call, mode: Mode) -> None:
        fault = Fault(mode, 1)
        attempt = fault.attempt(call, DynamoDBError)

        assert (attempt.done, attempt.killed) == (mode in ONCE, mode.kills)
        assert fault.calls == ["PutItem"] * (1 if mode.kills else 2)
        assert self.done == (mode in ONCE) + mode.done * (2 if mode.lasting else 1)


def test_requests_are_refused_and_lost_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", lambda *_, **__: pytest.fail("not under this fault"))

    def get() -> requests.Response:
        return requests.get("https://graph.example/me", timeout=1)

    refused = Fault(Mode.SERVER_ERROR, 1)
    assert getattr(refused.attempt(get).reply, "status_code", 0) == 500
    assert refused.calls == ["GET https://graph.example/me"]
    assert getattr(Fault(Mode.THROTTLED, 1).attempt(get).reply, "status_code", 0) == 429
    assert isinstance(Fault(Mode.TIMED_OUT, 1).attempt(get, requests.RequestException).error, requests.Timeout)
    assert Fault(Mode.KILLED_BEFORE, 1).attempt(get).killed


def test_no_method_stays_wrapped() -> None:
    before = BotocoreStubber.process_request, Client._exchange, requests.adapters.HTTPAdapter.send

    with pytest.raises(Killed), Fault(Mode.KILLED_BEFORE, 1).armed():
        raise Killed

    assert before == (BotocoreStubber.process_request, Client._exchange, requests.adapters.HTTPAdapter.send)
