"""The webhook's handler as the stand-in for Meta reaches it, over HTTP, and what it puts into queues."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from local.meta import Meta
from local.runner.http_events import HttpRequest, request_event, response
from local.runner.routing import Match
from signpost.instagram.app_secrets import MetaApps, meta_apps
from signpost.instagram.deletion.store import DeletionStore
from signpost.platform import aws
from signpost.platform.errors import Unavailable
from tests.http_events import http_event
from tests.integration.conftest import Handlers
from tests.integration.instagram.notices.deletion import Deletion
from tests.integration.instagram.notices.world import World
from tests.logs import logged_by

EVENTS = Path(__file__).parents[4] / "events" / "instagram_webhook"
NOW = 1_795_247_130.5
NORA, KILN = "nora.bakes.demo", "kiln.and.clay.demo"
SECRET = "local-instagram-app-secret"


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


@pytest.fixture
def deletion(handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deletion]:
    module = handlers("data_deletion")
    found = Deletion(module, World(module.SETTINGS.media_bucket))
    monkeypatch.setattr(module, "clock", lambda: found.world.now)
    events = aws.sqs().meta.events
    events.register("provide-client-params.sqs.*", found.note)
    with logged_by(module.logger):
        yield found
    events.unregister("provide-client-params.sqs.*", found.note)


@pytest.fixture
def world(deletion: Deletion) -> World:
    return deletion.world
