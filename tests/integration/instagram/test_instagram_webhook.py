"""The webhook's handler: the stand-in for Meta sends to it over HTTP, and what it puts into queues is looked at."""

import base64
import hashlib
import hmac
import json
import random
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlencode

import pytest

from local.http_events import HttpRequest, request_event, response
from local.meta import Meta
from local.meta.webhooks import WebhookError
from local.routing import Match
from signpost.instagram.app_secrets import NO_APPS, MetaApps, meta_apps
from signpost.instagram.deletion_store import DeletionStore
from signpost.instagram.deletions import Status
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests.faults import Fault, Mode, at_every_call
from tests.http_events import http_event
from tests.integration.conftest import Handlers
from tests.logs import logged_by

EVENTS = Path(__file__).parents[3] / "events" / "instagram_webhook"
NOW = 1_795_247_130.5
NORA, KILN = "nora.bakes.demo", "kiln.and.clay.demo"
SECRET = "local-instagram-app-secret"
HTML = {"accept": "text/html,*/*;q=0.8"}


def sample(name: str, **changes: Any) -> dict[str, Any]:
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return event | changes


def signed(body: bytes, secret: str = SECRET, *, as_base64: bool = False) -> dict[str, Any]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}", "Host": "signpost.example"}
    text = base64.b64encode(body).decode() if as_base64 else body.decode()
    return http_event("POST", "/postcallback", headers=headers, body=text) | {"isBase64Encoded": as_base64}


def entries(accounts: list[str], each: int = 1) -> bytes:
    found = [
        {"id": account, "time": int(NOW), "changes": [{"field": "comments", "value": {"id": f"{number + 1}"}}]}
        for account in accounts
        for number in range(each)
    ]
    return json.dumps({"object": "instagram", "entry": found}).encode()


@dataclass
class Queues:
    """What was sent to SQS, by the name of the queue."""

    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    calls: int = 0

    def __call__(self, params: dict[str, Any], **_: Any) -> None:
        self.calls += 1
        name = params["QueueUrl"].rpartition("/")[2]
        self.messages.setdefault(name, []).extend(json.loads(each["MessageBody"]) for each in params["Entries"])

    def accounts(self) -> list[str]:
        return [account for each in self.messages.get("WebhookHintJobs", []) for account in each["accounts"]]

    def requests(self) -> list[dict[str, Any]]:
        return self.messages.get("DataDeletionJobs", [])


class Secrets:
    """In place of Secrets Manager."""

    def __init__(self, apps: MetaApps) -> None:
        self.apps: MetaApps | Unavailable = apps

    def value(self) -> MetaApps:
        if isinstance(self.apps, Unavailable):
            raise self.apps
        return self.apps


@pytest.fixture
def queues(signpost_application: object) -> Iterator[Queues]:
    found = Queues()
    events = aws.sqs().meta.events
    events.register("provide-client-params.sqs.SendMessageBatch", found)
    yield found
    events.unregister("provide-client-params.sqs.SendMessageBatch", found)


@pytest.fixture
def secrets() -> Secrets:
    return Secrets(
        meta_apps(
            {
                "facebook_app_secret": "local-facebook-app-secret",
                "instagram_app_secret": SECRET,
                "verify_token": "local-verify-token",
                "webhook_secrets": ["an-old-secret"],
            }
        )
    )


@pytest.fixture
def webhook(handlers: Handlers, secrets: Secrets, queues: Queues, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = handlers("instagram_webhook")
    monkeypatch.setattr(module, "APPS", secrets)
    monkeypatch.setattr(module, "clock", lambda: NOW)
    return module


@pytest.fixture
def requests_store(webhook: ModuleType) -> DeletionStore:
    return DeletionStore(aws.dynamodb(), webhook.SETTINGS.installs_table)


@pytest.fixture
def meta(webhook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Iterator[Meta]:
    """The stand-in, with its apps' addresses leading to the handler."""
    turns = threading.Lock()

    class Api(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.partition("?")[0]
            request = HttpRequest(self.command, self.path, "HTTP/1.1", tuple(self.headers.items()), body, "127.0.0.1")
            event = request_event(
                request, Match("InstagramWebhook", f"{self.command} {path}", {}), now=NOW, request_id="1"
            )
            with turns:
                found = response(webhook.handler(event, None))
            assert found is not None
            self.send_response(found.status)
            for name, value in (*found.headers, ("content-length", str(len(found.body)))):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(found.body)

        do_GET = do_POST = answer  # noqa: N815  (the names that the server calls)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server, Meta(now=lambda: NOW) as running:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        api = f"http://127.0.0.1:{server.server_port}"
        for app in (running.facebook, running.instagram):
            app.webhook_url = f"{api}/postcallback"
            app.deauthorize_url = f"{api}/instagram/deauthorize"
            app.data_deletion_url = f"{api}/instagram/data-deletion"
        yield running
        server.shutdown()
        thread.join()


# ---------------------------------------------------------------------------------------------------------- handshake
@pytest.mark.parametrize("name", ["handshake", "old_handshake"])
def test_a_handshake_gets_the_challenge_alone_as_plain_text(name: str, webhook: ModuleType) -> None:
    reply = webhook.handler(sample(name), None)

    assert (reply["statusCode"], reply["body"]) == (200, "1158201444")
    assert reply["headers"]["content-type"].startswith("text/plain")
    assert reply["headers"]["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "changes",
    [
        {"hub.verify_token": "wrong"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "lokäl"},
        {"hub.mode": "unsubscribe"},
        {"hub.mode": ""},
    ],
)
def test_a_wrong_handshake_is_refused(changes: dict[str, str], webhook: ModuleType) -> None:
    event = sample("handshake")
    event["queryStringParameters"] |= changes

    assert webhook.handler(event, None)["statusCode"] == 403


def test_without_a_verify_token_or_parameters_no_handshake_succeeds(webhook: ModuleType, secrets: Secrets) -> None:
    bare = sample("handshake")
    del bare["queryStringParameters"]
    assert webhook.handler(bare, None)["statusCode"] == 403

    secrets.apps = NO_APPS
    empty = sample("handshake")
    empty["queryStringParameters"]["hub.verify_token"] = ""
    assert webhook.handler(empty, None)["statusCode"] == 403


@pytest.mark.parametrize("provider", ["facebook", "instagram"])
def test_meta_can_verify_the_address(provider: Any, meta: Meta) -> None:
    meta.verify_webhook(provider)
    meta.facebook.verify_token = meta.instagram.verify_token = "another"
    with pytest.raises(WebhookError):
        meta.verify_webhook(provider)


# --------------------------------------------------------------------------------------------------------- deliveries
@pytest.mark.parametrize("provider", ["facebook", "instagram"])
@pytest.mark.parametrize("shape", ["changes", "flat"])
def test_each_shape_of_each_login_is_taken(provider: Any, shape: Any, meta: Meta, queues: Queues) -> None:
    for send in (meta.send_comment, meta.send_mention, meta.send_story_insights):
        assert send(provider, NORA, shape=shape, force=True).delivered
    assert meta.send_comment(provider, NORA, shape=shape, as_list=True, force=True).delivered

    assert queues.accounts() == [meta.account(NORA).id] * 4
    assert queues.messages["WebhookHintJobs"][0]["received_at"] == NOW


@pytest.mark.parametrize("name", ["delivery", "old_delivery"])
def test_the_samples_are_taken(name: str, webhook: ModuleType, queues: Queues, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "SETTINGS", webhook.SETTINGS._replace(legacy_signatures="on"))

    assert webhook.handler(sample(name), None)["statusCode"] == 200
    assert queues.accounts() == ["17841400000000002"]


def test_old_apps_are_heard_only_while_the_setting_is_on(
    meta: Meta, webhook: ModuleType, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = meta.send_legacy("instagram", KILN)
    monkeypatch.setattr(webhook, "SETTINGS", webhook.SETTINGS._replace(legacy_signatures="on"))
    taken = meta.send_legacy("instagram", KILN)

    assert ([each.status for each in refused.attempts], taken.delivered) == ([401, 401], True)
    assert len(queues.accounts()) == 1


def test_a_thousand_entries_about_one_account_are_one_message_about_it(meta: Meta, queues: Queues) -> None:
    assert meta.send_batch("instagram", KILN, 1000, force=True).delivered

    assert queues.accounts() == [meta.account(KILN).id]
    assert queues.calls == 1


def test_a_thousand_accounts_take_few_calls(webhook: ModuleType, queues: Queues) -> None:
    accounts = [str(17_841_400_000_000_000 + number) for number in range(1000)]

    assert webhook.handler(signed(entries(accounts)), None)["statusCode"] == 200

    assert sorted(queues.accounts()) == accounts
    assert queues.calls <= 30


@pytest.mark.parametrize("as_base64", [False, True])
@pytest.mark.parametrize("secret", ["local-facebook-app-secret", SECRET, "an-old-secret"])
def test_the_bytes_are_what_is_signed(secret: str, as_base64: bool, webhook: ModuleType, queues: Queues) -> None:
    # Given a body that is not what writing it again would give
    body = (
        '{ "object":"instagram", "entry":[{"id":"1","time":1,"changes":[{"field":"Grüße \\u00e4\\/ 😀"}]}] }'.encode()
    )

    assert webhook.handler(signed(body, secret, as_base64=as_base64), None)["statusCode"] == 200
    assert queues.accounts() == ["1"]


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"[]", b"{}", b"[" * 100_000, b'{"object":"page","entry":[{"id":"1","changes":[]}]}']
)
def test_what_is_signed_but_says_nothing_is_not_sent_again(
    body: bytes, webhook: ModuleType, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    with logged_by(webhook.logger) as log:
        assert webhook.handler(signed(body), None)["statusCode"] == 200

    assert queues.calls == 0
    assert '"WebhooksPassedOver":[1.0]' in capsys.readouterr().out.replace(" ", "")
    assert "hello" not in log.getvalue()


# ---------------------------------------------------------------------------------------------------------- forgeries
def test_no_forgery_of_ten_thousand_is_taken(webhook: ModuleType, queues: Queues, monkeypatch: Any) -> None:
    # Given a delivery that Meta signed, and a generator of what comes near it
    monkeypatch.setattr(webhook, "_count", lambda name: None)
    pick = random.Random(20261121)
    event = sample("delivery")
    right = event["headers"]["x-hub-signature-256"]

    def forged() -> dict[str, Any]:
        kind, place = pick.randrange(6), pick.randrange(7, len(right))
        other = pick.choice([digit for digit in "0123456789abcdef" if digit != right[place]])
        signature = [
            f"sha256={pick.randbytes(32).hex()}",
            right[:place] + other + right[place + 1 :],
            right[:place],
            right + other,
            right.upper(),
            right,
        ][kind]
        body = event["body"]
        if signature == right:
            place = pick.randrange(len(body))
            body = body[:place] + chr(pick.choice([9, 32, 48, 228, 128512])) + body[place + pick.randrange(2) :]
            if body == event["body"]:
                body += " "
        return {**event, "body": body, "headers": {**event["headers"], "x-hub-signature-256": signature}}

    # When ten thousand of them come
    statuses = {webhook.handler(forged(), None)["statusCode"] for _ in range(10_000)}

    # Then each is refused, and nothing is in a queue
    assert statuses == {401}
    assert queues.calls == 0
    assert webhook.handler(event, None)["statusCode"] == 200


@pytest.mark.parametrize("signature", [None, "", "sha256=", "sha1=" + "0" * 40, "0" * 64, "sha256=" + "ä" * 64])
def test_a_missing_or_malformed_signature_is_refused(
    signature: str | None, webhook: ModuleType, queues: Queues, capsys: pytest.CaptureFixture[str]
) -> None:
    event = sample("delivery")
    del event["headers"]["x-hub-signature-256"]
    if signature is not None:
        event["headers"]["x-hub-signature-256"] = signature

    reply = webhook.handler(event, None)

    assert (reply["statusCode"], json.loads(reply["body"])["error"]["code"]) == (401, "signature_invalid")
    assert queues.calls == 0
    assert "WebhooksRefused" in capsys.readouterr().out


def test_without_secrets_nothing_passes(webhook: ModuleType, secrets: Secrets, queues: Queues) -> None:
    secrets.apps = NO_APPS

    assert webhook.handler(signed(entries(["1"]), ""), None)["statusCode"] == 401
    assert webhook.handler(sample("data_deletion"), None)["statusCode"] == 401
    assert queues.calls == 0


def test_what_is_not_base64_is_refused(webhook: ModuleType) -> None:
    assert webhook.handler(sample("delivery", isBase64Encoded=True), None)["statusCode"] == 401


# ------------------------------------------------------------------------------------------------ services that fail
def test_meta_sends_again_what_could_not_be_enqueued(
    meta: Meta, webhook: ModuleType, queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a queue that does not answer
    def fail(*_: object, **__: object) -> None:
        raise Unavailable("not now")

    with monkeypatch.context() as broken:
        broken.setattr(webhook.HINTS, "send", fail)
        delivery = meta.send_comment("instagram", KILN, force=True)
    assert [each.status for each in delivery.attempts] == [503, 503]

    # When Meta tries again
    assert meta.retry_deliveries() == 1

    # Then the hint is there
    assert (delivery.delivered, queues.accounts()) == (True, [meta.account(KILN).id])


def test_secrets_that_cannot_be_read_have_meta_send_again(
    webhook: ModuleType, secrets: Secrets, queues: Queues
) -> None:
    secrets.apps = Unavailable("not now")

    for name in ("handshake", "delivery", "deauthorize", "data_deletion"):
        assert webhook.handler(sample(name), None)["statusCode"] == 503
    assert queues.calls == 0


# ----------------------------------------------------------------------------------------------------- people's wishes
@pytest.mark.parametrize("name", ["deauthorize", "data_deletion"])
def test_a_request_goes_into_the_queue(name: str, webhook: ModuleType, queues: Queues) -> None:
    reply = webhook.handler(sample(name), None)

    assert reply["statusCode"] == 200
    [message] = queues.requests()
    expected = {"person_id": "26000000000000002", "issued_at": 1795247130, "received_at": NOW}
    assert message.items() >= expected.items()
    assert message["kind"] == {"deauthorize": "deauthorize", "data_deletion": "erase"}[name]


def test_meta_is_content_with_the_answers(meta: Meta, queues: Queues, requests_store: DeletionStore) -> None:
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


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 401),
        ("signed_request=", 401),
        (urlencode({"signed_request": "A" * 43 + ".e30"}), 401),
        ("signed_request=%ff%fe", 401),
    ],
)
@pytest.mark.parametrize("name", ["deauthorize", "data_deletion"])
def test_a_request_that_meta_did_not_sign_does_nothing(
    name: str, body: str, status: int, webhook: ModuleType, queues: Queues
) -> None:
    reply = webhook.handler(sample(name, body=body, isBase64Encoded=False), None)

    assert (reply["statusCode"], queues.calls) == (status, 0)


def test_a_page_about_nobody_is_refused(meta: Meta, webhook: ModuleType, queues: Queues) -> None:
    text = meta.signed_request("instagram", KILN, user_id=0, profile_id="123")

    for name in ("deauthorize", "data_deletion"):
        body = urlencode({"signed_request": text})
        assert webhook.handler(sample(name, body=body, isBase64Encoded=False), None)["statusCode"] == 400
    assert queues.calls == 0


@pytest.mark.parametrize("mode", Mode, ids=lambda mode: mode.name.lower())
def test_a_wish_that_was_acknowledged_is_in_the_queue_and_can_be_looked_up(
    mode: Mode, webhook: ModuleType, queues: Queues, requests_store: DeletionStore
) -> None:
    def scenario(fault: Fault) -> None:
        queues.messages.clear()
        event = sample("data_deletion")

        attempt = fault.attempt(lambda: webhook.handler(event, None))
        reply = attempt.reply
        if reply is None or reply["statusCode"] == 503:
            reply = webhook.handler(event, None)

        # Then there is one request to look up, whichever way it came twice
        assert reply["statusCode"] == 200
        code = json.loads(reply["body"])["confirmation_code"]
        assert {each["code"] for each in queues.requests()} == {code}
        assert requests_store.get(code, NOW) is not None

    at_every_call(scenario, mode)


# --------------------------------------------------------------------------------------------------------- the status
def test_how_far_a_request_is_can_be_looked_up(webhook: ModuleType, requests_store: DeletionStore) -> None:
    code = "how0far0it0is"
    status = sample("deletion_status", pathParameters={"code": code})
    requests_store.add(code, NOW)

    reply = webhook.handler(status, None)
    assert (reply["statusCode"], "We received your request" in reply["body"]) == (200, True)

    requests_store.begin(code, NOW)
    assert "being erased" in webhook.handler(status, None)["body"]

    requests_store.finish(code, NOW + 5)
    requests_store.add(code, NOW + 6)
    requests_store.begin(code, NOW + 6)
    requests_store.finish(code, NOW + 7)
    status["headers"]["accept"] = "application/json"
    told = json.loads(webhook.handler(status, None)["body"])
    assert (told["status"], told["done_at"]) == ("done", "2026-11-21T07:45:35.500000Z")


@pytest.mark.parametrize("code", ["0" * 32, "short", "<script>", "a" * 100])
def test_an_unknown_code_is_not_found(code: str, webhook: ModuleType) -> None:
    event = sample("deletion_status", pathParameters={"code": code})

    reply = webhook.handler(event, None)

    assert (reply["statusCode"], "No such request" in reply["body"]) == (404, True)


def test_a_request_that_expired_is_not_found(
    webhook: ModuleType, requests_store: DeletionStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = sample("deletion_status", pathParameters={"code": "expired0code"})
    requests_store.add("expired0code", NOW)
    monkeypatch.setattr(webhook, "clock", lambda: NOW + 366 * 86_400)

    assert webhook.handler(event, None)["statusCode"] == 404


def test_no_log_tells_what_came(webhook: ModuleType, secrets: Secrets, capsys: pytest.CaptureFixture[str]) -> None:
    with logged_by(webhook.logger) as log:
        for name in ("handshake", "delivery", "old_delivery", "deauthorize", "data_deletion"):
            webhook.handler(sample(name), None)
        secrets.apps = Unavailable("not now")
        webhook.handler(sample("delivery"), None)

    written = log.getvalue() + capsys.readouterr().out
    assert "a service did not answer" in written
    for secret in ("local-verify-token", "26000000000000002", "17841400000000002", "sha256=", "signed_request", SECRET):
        assert secret not in written
