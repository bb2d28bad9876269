"""Handshakes, webhooks and forgeries."""

import json
import random
from typing import Any

import pytest

from local.meta import Meta
from signpost.instagram.app_secrets import NO_APPS
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests.aws_calls import failing
from tests.integration.instagram.webhook.world import (
    KILN,
    NORA,
    NOW,
    SECRET,
    Queues,
    Secrets,
    Webhook,
    entries,
    sample,
    signed,
)
from tests.logs import logged_by


# ---------------------------------------------------------------------------------------------------------- handshake
@pytest.mark.parametrize("name", ["handshake", "old_handshake"])
def test_a_handshake_is_answered_with_the_challenge_as_plain_text(name: str, webhook: Webhook) -> None:
    reply = webhook.send(sample(name))

    assert (reply["statusCode"], reply["body"]) == (200, "1158201444")
    assert reply["headers"]["content-type"].startswith("text/plain")
    assert reply["headers"]["x-content-type-options"] == "nosniff"


def test_any_other_handshake_is_refused(webhook: Webhook) -> None:
    wrong, bare = sample("handshake"), sample("handshake")
    wrong["queryStringParameters"]["hub.verify_token"] = "wrong"
    del bare["queryStringParameters"]

    assert [webhook.send(event)["statusCode"] for event in (wrong, bare)] == [403, 403]


# --------------------------------------------------------------------------------------------------------- deliveries
@pytest.mark.parametrize("provider", ["facebook", "instagram"])
@pytest.mark.parametrize("shape", ["changes", "flat"])
def test_each_shape_from_each_login_is_accepted(provider: Any, shape: Any, meta: Meta, queues: Queues) -> None:
    for send in (meta.send_comment, meta.send_mention, meta.send_story_insights):
        assert send(provider, NORA, shape=shape, force=True).delivered
    assert meta.send_comment(provider, NORA, shape=shape, as_list=True, force=True).delivered

    assert queues.accounts() == [meta.account(NORA).id] * 4
    assert queues.messages["WebhookHintJobs"][0]["received_at"] == NOW


@pytest.mark.parametrize("name", ["delivery", "old_delivery"])
def test_the_samples_are_accepted(name: str, webhook: Webhook, queues: Queues) -> None:
    webhook.build(legacy_signatures="on")

    assert webhook.send(sample(name))["statusCode"] == 200
    assert queues.accounts() == ["17841400000000002"]


def test_deliveries_of_old_apps_need_the_setting(meta: Meta, webhook: Webhook, queues: Queues) -> None:
    refused = meta.send_legacy("instagram", KILN)
    webhook.build(legacy_signatures="on")
    taken = meta.send_legacy("instagram", KILN)

    assert ([each.status for each in refused.attempts], taken.delivered) == ([401, 401], True)
    assert len(queues.accounts()) == 1


def test_a_thousand_entries_about_one_account_make_one_message(meta: Meta, queues: Queues) -> None:
    assert meta.send_batch("instagram", KILN, 1000, force=True).delivered

    assert queues.accounts() == [meta.account(KILN).id]
    assert queues.calls == 1


def test_a_thousand_accounts_take_few_calls(webhook: Webhook, queues: Queues) -> None:
    accounts = [str(17_841_400_000_000_000 + number) for number in range(1000)]

    assert webhook.send(signed(entries(*accounts)))["statusCode"] == 200

    assert sorted(queues.accounts()) == accounts
    assert queues.calls <= 30


@pytest.mark.parametrize("as_base64", [False, True])
@pytest.mark.parametrize("secret", ["local-facebook-app-secret", SECRET, "an-old-secret"])
def test_the_signature_is_checked_against_the_bytes_that_came(
    secret: str, as_base64: bool, webhook: Webhook, queues: Queues
) -> None:
    # Given a body that would look different if it were parsed and written again
    body = (
        '{ "object":"instagram", "entry":[{"id":"1","time":1,"changes":[{"field":"Grüße \\u00e4\\/ 😀"}]}] }'.encode()
    )

    assert webhook.send(signed(body, secret, as_base64=as_base64))["statusCode"] == 200
    assert queues.accounts() == ["1"]


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"[]", b"{}", b"[" * 100_000, b'{"object":"page","entry":[{"id":"1","changes":[]}]}']
)
def test_a_signed_body_that_says_nothing_is_acknowledged(
    body: bytes, webhook: Webhook, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    with logged_by(webhook.logger) as log:
        assert webhook.send(signed(body))["statusCode"] == 200

    assert queues.calls == 0
    assert '"WebhooksPassedOver":[1.0]' in capsys.readouterr().out.replace(" ", "")
    assert "hello" not in log.getvalue()


# ---------------------------------------------------------------------------------------------------------- forgeries
def test_none_of_ten_thousand_forgeries_is_accepted(webhook: Webhook, queues: Queues) -> None:
    # Given a delivery that Meta signed, and forgeries that come close to it
    pick = random.Random(20261121)
    event = sample("delivery")
    right, body = event["headers"]["x-hub-signature-256"], event["body"]

    def forged() -> dict[str, Any]:
        place = pick.randrange(7, len(right))
        other = pick.choice("0123456789abcdef".replace(right[place], ""))
        signatures = (
            f"sha256={pick.randbytes(32).hex()}",
            right[:place] + other + right[place + 1 :],
            right[:place],
            right + other,
        )
        if pick.randrange(5):
            return {**event, "headers": {**event["headers"], "x-hub-signature-256": pick.choice(signatures)}}
        place = pick.randrange(len(body))
        return {**event, "body": body[:place] + pick.choice("\täX😀") + body[place + pick.randrange(2) :]}

    # When ten thousand of them come
    statuses = {webhook.send(forged())["statusCode"] for _ in range(10_000)}

    # Then all are refused, and nothing is in a queue
    assert statuses == {401}
    assert queues.calls == 0
    assert webhook.send(event)["statusCode"] == 200


@pytest.mark.parametrize("signature", [None, "", "sha256=", "sha1=" + "0" * 40, "0" * 64, "sha256=" + "ä" * 64])
def test_a_missing_or_malformed_signature_is_refused(
    signature: str | None, webhook: Webhook, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    event = sample("delivery")
    del event["headers"]["x-hub-signature-256"]
    if signature is not None:
        event["headers"]["x-hub-signature-256"] = signature

    reply = webhook.send(event)

    assert (reply["statusCode"], json.loads(reply["body"])["error"]["code"]) == (401, "signature_invalid")
    assert queues.calls == 0
    assert "WebhooksRefused" in capsys.readouterr().out


def test_without_secrets_nothing_passes(webhook: Webhook, secrets: Secrets, queues: Queues) -> None:
    secrets.apps = NO_APPS
    handshake = sample("handshake")
    handshake["queryStringParameters"]["hub.verify_token"] = ""

    events = (handshake, signed(entries("1"), ""), sample("data_deletion"))

    assert [webhook.send(event)["statusCode"] for event in events] == [403, 401, 401]
    assert queues.calls == 0


def test_a_body_that_is_not_base64_is_refused(webhook: Webhook) -> None:
    assert webhook.send(sample("delivery", isBase64Encoded=True))["statusCode"] == 401


# ------------------------------------------------------------------------------------------------ services that fail
def test_meta_sends_again_what_could_not_be_queued(meta: Meta, queues: Queues) -> None:
    # Given a queue that does not answer
    with failing(aws.sqs(), "sqs.SendMessageBatch"):
        delivery = meta.send_comment("instagram", KILN, force=True)
    assert [each.status for each in delivery.attempts] == [503, 503]
    queues.messages.clear()

    # When Meta tries again
    assert meta.retry_deliveries() == 1

    # Then the hint is there
    assert (delivery.delivered, queues.accounts()) == (True, [meta.account(KILN).id])


def test_without_an_answer_from_secrets_manager_meta_sends_again(
    webhook: Webhook, secrets: Secrets, queues: Queues
) -> None:
    secrets.apps = Unavailable("not now")

    for name in ("handshake", "delivery", "deauthorize", "data_deletion"):
        assert webhook.send(sample(name))["statusCode"] == 503
    assert queues.calls == 0


def test_no_log_holds_what_came(webhook: Webhook, secrets: Secrets, capsys: pytest.CaptureFixture[str]) -> None:
    with logged_by(webhook.logger) as log:
        for name in ("handshake", "delivery", "old_delivery", "deauthorize", "data_deletion"):
            webhook.send(sample(name))
        secrets.apps = Unavailable("not now")
        webhook.send(sample("delivery"))

    written = log.getvalue() + capsys.readouterr().out
    assert "a service did not answer" in written
    for secret in ("local-verify-token", "26000000000000002", "17841400000000002", "sha256=", "signed_request", SECRET):
        assert secret not in written
