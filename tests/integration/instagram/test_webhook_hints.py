"""The function that turns hints into fetches."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from signpost.instagram.hints import wiring
from signpost.instagram.install_store import account_key
from signpost.platform import aws, settings
from tests import dynamodb
from tests.aws_calls import at_call, failing, noted
from tests.faults import Fault, Mode, at_every_call
from tests.integration.conftest import Handlers
from tests.logs import logged_by
from tests.queue_events import queue_event
from tests.samples import sample

NOW = 1_795_247_140.958  # ten seconds after the newest of the sample's hints
DONE: dict[str, Any] = {"batchItemFailures": []}


class Function(NamedTuple):
    handle: Callable[[dict[str, Any]], Any]
    logger: Any


def connect(account: str, *installs: str) -> str:
    """Store that the account has these installs; returns the account."""
    dynamodb.put("InstagramInstalls", {"key": account_key(account), "installs": set(installs)})
    return account


def hints(*accounts: str) -> dict[str, Any]:
    return {"accounts": accounts, "received_at": NOW}


@pytest.fixture
def sent(signpost_application: object) -> Iterator[list[dict[str, Any]]]:
    """What was sent to SQS."""
    entries: list[dict[str, Any]] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        assert params["QueueUrl"].endswith("/MediaFetchJobs")
        entries.extend(params["Entries"])

    with at_call(aws.sqs(), "provide-client-params.sqs.SendMessageBatch", note):
        yield entries


@pytest.fixture
def function(handlers: Handlers, sent: object) -> Function:
    """The function at NOW."""
    module = handlers("webhook_hints")
    fetches = wiring.build(settings.load(wiring.Settings, os.environ), clock=lambda: NOW).fetches
    return Function(lambda event: module.handler(event, None, fetches=fetches), module.observer.logger)


def test_the_sample_makes_one_fetch_of_an_install_that_has_two_hints(
    function: Function, sent: list[dict[str, Any]]
) -> None:
    connect("17841400000000002", "instagram-17841400000000002")

    assert function.handle(sample("webhook_hints", "queue")) == DONE

    [entry] = sent
    assert json.loads(entry["MessageBody"]) == {
        "install": "instagram-17841400000000002",
        "count": 3,
        "why": "webhook",
        "asked_at": 1795247130.958,
    }
    assert entry["DelaySeconds"] == 110  # of 120


def test_every_install_of_many_accounts_is_fetched_once(function: Function, sent: list[dict[str, Any]]) -> None:
    # Given 120 accounts, one of them with two installs, and one that nobody connected
    accounts = [connect(f"30{number:03}", f"instagram-30{number:03}") for number in range(120)]
    connect(accounts[7], "instagram-30007", "facebook-30007")

    # When hints about them come in two messages
    batch = queue_event(hints(*accounts[:70], "39999"), hints(*accounts[50:]))
    with logged_by(function.logger) as log:
        assert function.handle(batch) == DONE

    # Then each install is fetched once
    installs = sorted(json.loads(each["MessageBody"])["install"] for each in sent)
    assert installs == sorted([f"instagram-30{number:03}" for number in range(120)] + ["facebook-30007"])
    assert {each["DelaySeconds"] for each in sent} == {120}
    assert json.loads(log.getvalue())["accounts"] == 1
    assert "39999" not in log.getvalue()


def test_an_unreadable_message_does_not_stop_the_others(
    function: Function, sent: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    connect("40001", "instagram-40001")

    with logged_by(function.logger) as log:
        assert function.handle(queue_event("no JSON 40001", hints("40001"))) == DONE

    assert len(sent) == 1
    assert "message passed over" in log.getvalue()
    assert "40001" not in log.getvalue()
    assert "HintsPassedOver" in capsys.readouterr().out


def test_hints_that_could_not_be_queued_come_again(function: Function) -> None:
    # Given a queue of fetches that does not answer
    connect("40002", "instagram-40002")

    # When hints come, then they come again a while later, and the unreadable message does not
    with (
        logged_by(function.logger),
        failing(aws.sqs(), "sqs.SendMessageBatch"),
        noted(aws.sqs(), "sqs.ChangeMessageVisibility") as put_off,
    ):
        reply = function.handle(queue_event("no JSON", hints("40002"), receives=3))
    assert reply == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert [(each["ReceiptHandle"], each["VisibilityTimeout"]) for each in put_off] == [("handle-1", 40)]


@pytest.mark.parametrize(
    "modes",
    [(Mode.KILLED_AFTER,), (Mode.REPLY_LOST, Mode.ALL_SERVER_ERRORS), (Mode.ALL_THROTTLED, Mode.ALL_REPLIES_LOST)],
    ids=["killed", "not answered", "throttled"],
)
def test_no_hint_is_lost_whatever_call_fails(
    modes: tuple[Mode, ...], function: Function, sent: list[dict[str, Any]]
) -> None:
    accounts = [connect(f"50{number:03}", f"instagram-50{number:03}") for number in range(11)]

    def scenario(fault: Fault) -> None:
        sent.clear()
        batch = queue_event(hints(*accounts))

        attempt = fault.attempt(lambda: function.handle(batch))
        if attempt.reply != DONE:
            assert attempt.killed or attempt.reply == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
            assert function.handle(batch) == DONE

        assert {json.loads(each["MessageBody"])["install"] for each in sent} == {
            f"instagram-{each}" for each in accounts
        }

    with logged_by(function.logger):
        at_every_call(scenario, *modes)
