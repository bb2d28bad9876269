"""Requests of people who removed the app or want their data erased, and the page that shows how far they are."""

import json
from urllib.parse import urlencode

import pytest

from local.meta import Meta
from signpost.instagram.deletion.request import Status
from signpost.instagram.deletion.store import DeletionStore
from tests.faults import ALL_MODES, Fault, Mode, at_every_call
from tests.integration.instagram.webhook.world import KILN, NOW, Queues, Webhook, sample

STATUS = "/instagram/data-deletion"


# ----------------------------------------------------------------------------------------------------------- requests
@pytest.mark.parametrize("name", ["deauthorize", "data_deletion"])
def test_a_request_goes_into_the_queue(name: str, webhook: Webhook, queues: Queues) -> None:
    reply = webhook.send(sample(name))

    assert reply["statusCode"] == 200
    [message] = queues.requests()
    expected = {"person_id": "26000000000000002", "issued_at": 1795247130, "received_at": NOW}
    assert message.items() >= expected.items()
    assert message["kind"] == {"deauthorize": "deauthorize", "data_deletion": "erase"}[name]


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [("", "https://abc.execute-api.example"), ("https://me.example", "https://me.example")],
)
def test_the_address_of_its_progress_is_ours(public_url: str, expected: str, webhook: Webhook) -> None:
    webhook.build(public_url=public_url)
    event = sample("data_deletion")
    event["requestContext"]["domainName"] = "abc.execute-api.example"
    event["headers"]["host"] = "evil.example"

    answer = json.loads(webhook.send(event)["body"])

    assert answer["url"] == f"{expected}/instagram/data-deletion/{answer['confirmation_code']}"


def test_the_answers_are_what_meta_expects(meta: Meta, queues: Queues, requests_store: DeletionStore) -> None:
    for provider, login, person in (("facebook", "nora", None), ("instagram", KILN, meta.account(KILN).app_scoped_id)):
        revoked = meta.revoke(provider, login)  # type: ignore[arg-type]
        deleted = meta.delete_data(provider, login)  # type: ignore[arg-type]

        assert (revoked.status, revoked.problems, deleted.problems) == (200, (), ())
        assert deleted.confirmation_code is not None
        assert str(deleted.url).endswith(f"/instagram/data-deletion/{deleted.confirmation_code}")
        found = requests_store.get(deleted.confirmation_code, NOW)
        assert found is not None
        assert found.status is Status.RECEIVED
        ended, erased = queues.requests()[-2:]
        assert (ended["kind"], erased["kind"], erased["code"]) == ("deauthorize", "erase", deleted.confirmation_code)
        assert person in (None, erased["person_id"])


@pytest.mark.parametrize("body", ["", urlencode({"signed_request": "A" * 43 + ".e30"}), "signed_request=%ff%fe"])
@pytest.mark.parametrize("name", ["deauthorize", "data_deletion"])
def test_a_request_that_meta_did_not_sign_is_refused(name: str, body: str, webhook: Webhook, queues: Queues) -> None:
    reply = webhook.send(sample(name, body=body, isBase64Encoded=False))

    assert (reply["statusCode"], queues.calls) == (401, 0)


def test_a_request_that_names_no_person_is_refused(meta: Meta, webhook: Webhook, queues: Queues) -> None:
    text = meta.signed_request("instagram", KILN, user_id=0, profile_id="123")

    for name in ("deauthorize", "data_deletion"):
        body = urlencode({"signed_request": text})
        assert webhook.send(sample(name, body=body, isBase64Encoded=False))["statusCode"] == 400
    assert queues.calls == 0


@ALL_MODES
def test_a_request_that_was_acknowledged_is_queued_and_can_be_looked_up(
    mode: Mode, webhook: Webhook, queues: Queues, requests_store: DeletionStore
) -> None:
    def scenario(fault: Fault) -> None:
        queues.messages.clear()
        event = sample("data_deletion")

        attempt = fault.attempt(lambda: webhook.send(event))
        reply = attempt.reply
        if reply is None or reply["statusCode"] == 503:
            reply = webhook.send(event)

        # Then there is one request to look up, however often it came
        assert reply["statusCode"] == 200
        code = json.loads(reply["body"])["confirmation_code"]
        assert {each["code"] for each in queues.requests()} == {code}
        assert requests_store.get(code, NOW) is not None

    at_every_call(scenario, mode)


# --------------------------------------------------------------------------------------------------------- the status
def test_the_status_of_a_request_can_be_looked_up(webhook: Webhook, requests_store: DeletionStore) -> None:
    code = "how0far0it0is"
    status = sample("deletion_status", rawPath=f"{STATUS}/{code}")
    requests_store.add(code, NOW)

    reply = webhook.send(status)
    assert (reply["statusCode"], "We received your request" in reply["body"]) == (200, True)

    requests_store.begin(code, NOW)
    assert "being erased" in webhook.send(status)["body"]

    requests_store.finish(code, NOW + 5)
    requests_store.add(code, NOW + 6)
    requests_store.begin(code, NOW + 6)
    requests_store.finish(code, NOW + 7)
    status["headers"]["accept"] = "application/json"
    told = json.loads(webhook.send(status)["body"])
    assert (told["status"], told["done_at"]) == ("done", "2026-11-21T07:45:35.500000Z")


@pytest.mark.parametrize("code", ["0" * 32, "short", "<script>", "a" * 100])
def test_an_unknown_code_is_not_found(code: str, webhook: Webhook) -> None:
    reply = webhook.send(sample("deletion_status", rawPath=f"{STATUS}/{code}"))

    assert (reply["statusCode"], "No such request" in reply["body"]) == (404, True)


def test_a_request_that_expired_is_not_found(webhook: Webhook, requests_store: DeletionStore) -> None:
    event = sample("deletion_status", rawPath=f"{STATUS}/expired0code")
    requests_store.add("expired0code", NOW)
    webhook.now = NOW + 366 * 86_400

    assert webhook.send(event)["statusCode"] == 404
