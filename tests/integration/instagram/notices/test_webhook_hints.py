"""The function that turns hints into fetches, against DynamoDB's and SQS's stand-ins."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import pytest

from signpost.instagram.install_store import account_key
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests.faults import Fault, Mode, at_every_call
from tests.integration.conftest import Handlers
from tests.logs import logged_by

EVENT = Path(__file__).parents[4] / "events" / "webhook_hints" / "queue.json"
NOW = 1_795_247_140.958  # ten seconds after the newest of the sample's hints
TABLE = "InstagramInstalls"
DONE: dict[str, Any] = {"batchItemFailures": []}


class Connect(Protocol):
    def __call__(self, account: str, *installs: str) -> str: ...


def event(*bodies: str) -> dict[str, Any]:
    [first, *_] = json.loads(EVENT.read_text(encoding="utf-8"))["Records"]
    return {"Records": [first | {"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}


def hints(*accounts: str, received_at: float = NOW) -> str:
    return json.dumps({"accounts": accounts, "received_at": received_at})


@pytest.fixture
def sent(signpost_application: object) -> Iterator[list[dict[str, Any]]]:
    """What was sent to SQS."""
    entries: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        assert params["QueueUrl"].endswith("/MediaFetchJobs")
        entries.extend(params["Entries"])

    events = aws.sqs().meta.events
    events.register("provide-client-params.sqs.SendMessageBatch", note)
    yield entries
    events.unregister("provide-client-params.sqs.SendMessageBatch", note)


@pytest.fixture
def webhook_hints(handlers: Handlers, sent: object, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = handlers("webhook_hints")
    monkeypatch.setattr(module, "clock", lambda: NOW)
    return module


@pytest.fixture
def connect(signpost_application: object) -> Iterator[Connect]:
    """Notes of which installs an account is, and returns the account; afterwards that is forgotten."""
    keys: set[str] = set()

    def note(account: str, *installs: str) -> str:
        keys.add(account_key(account))
        aws.dynamodb().put_item(TableName=TABLE, Item={"key": account_key(account), "installs": set(installs)})
        return account

    yield note
    for key in keys:
        aws.dynamodb().delete_item(TableName=TABLE, Key={"key": key})


def test_the_sample_makes_one_fetch_of_an_install_that_has_two_hints(
    webhook_hints: ModuleType, sent: list[dict[str, Any]], connect: Connect
) -> None:
    connect("17841400000000002", "instagram-17841400000000002")

    assert webhook_hints.handler(json.loads(EVENT.read_text(encoding="utf-8")), None) == DONE

    [entry] = sent
    assert json.loads(entry["MessageBody"]) == {
        "install": "instagram-17841400000000002",
        "count": 3,
        "why": "webhook",
        "asked_at": 1795247130.958,
    }
    assert entry["DelaySeconds"] == 110  # of 120


def test_all_installs_of_many_accounts_are_fetched(
    webhook_hints: ModuleType, sent: list[dict[str, Any]], connect: Connect
) -> None:
    # Given 120 accounts, one of them with two installs, and one that nobody connected
    accounts = [connect(f"30{number:03}", f"instagram-30{number:03}") for number in range(120)]
    connect(accounts[7], "instagram-30007", "facebook-30007")

    # When hints at them come in two messages
    batch = event(hints(*accounts[:70], "39999"), hints(*accounts[50:]))
    with logged_by(webhook_hints.logger) as log:
        assert webhook_hints.handler(batch, None) == DONE

    # Then each install is fetched once
    installs = sorted(json.loads(each["MessageBody"])["install"] for each in sent)
    assert installs == sorted([f"instagram-30{number:03}" for number in range(120)] + ["facebook-30007"])
    assert {each["DelaySeconds"] for each in sent} == {120}
    assert json.loads(log.getvalue())["accounts"] == 1
    assert "39999" not in log.getvalue()


def test_what_is_no_message_stops_no_other(
    webhook_hints: ModuleType, sent: list[dict[str, Any]], connect: Connect, capsys: pytest.CaptureFixture[str]
) -> None:
    connect("40001", "instagram-40001")

    with logged_by(webhook_hints.logger) as log:
        assert webhook_hints.handler(event("no JSON 40001", hints("40001")), None) == DONE

    assert len(sent) == 1
    assert "message passed over" in log.getvalue()
    assert "40001" not in log.getvalue()
    assert "HintsPassedOver" in capsys.readouterr().out


def test_hints_that_could_not_be_passed_on_come_again(
    webhook_hints: ModuleType, sent: list[dict[str, Any]], connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a queue of fetches that does not answer
    connect("40002", "instagram-40002")
    put_off: list[tuple[str, float]] = []

    def fail(*_: object, **__: object) -> None:
        raise Unavailable("not now")

    monkeypatch.setattr(webhook_hints.FETCHES, "send", fail)
    monkeypatch.setattr(webhook_hints.HINTS, "put_off", lambda *arguments: put_off.append(arguments))
    batch = event("no JSON", hints("40002"))
    batch["Records"][1]["attributes"] = {"ApproximateReceiveCount": "3"}

    # When hints come, then those come again, a while later, and what is no message does not
    with logged_by(webhook_hints.logger):
        assert webhook_hints.handler(batch, None) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert put_off == [(batch["Records"][1]["receiptHandle"], 30)]


@pytest.mark.parametrize(
    "modes",
    [(Mode.KILLED_AFTER,), (Mode.REPLY_LOST, Mode.ALL_SERVER_ERRORS), (Mode.ALL_THROTTLED, Mode.ALL_REPLIES_LOST)],
    ids=["killed", "not answered", "throttled"],
)
def test_no_hint_is_lost_whatever_call_fails(
    modes: tuple[Mode, ...], webhook_hints: ModuleType, sent: list[dict[str, Any]], connect: Connect
) -> None:
    accounts = [connect(f"50{number:03}", f"instagram-50{number:03}") for number in range(11)]

    def scenario(fault: Fault) -> None:
        sent.clear()
        batch = event(hints(*accounts))

        attempt = fault.attempt(lambda: webhook_hints.handler(batch, None))
        if attempt.reply != DONE:
            assert attempt.killed or attempt.reply == {"batchItemFailures": [{"itemIdentifier": "0"}]}
            assert webhook_hints.handler(batch, None) == DONE

        assert {json.loads(each["MessageBody"])["install"] for each in sent} == {
            f"instagram-{each}" for each in accounts
        }

    with logged_by(webhook_hints.logger):
        at_every_call(scenario, *modes)
