import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from local.meta import Meta
from local.runner.http_events import HttpRequest, request_event, response
from local.runner.routing import Match
from signpost.instagram.app_secrets import meta_apps
from signpost.instagram.deletion.store import DeletionStore
from signpost.platform import aws
from tests.aws_calls import at_call
from tests.integration.conftest import Handlers
from tests.integration.instagram.webhook.world import NOW, SECRET, Queues, Secrets, Webhook


@pytest.fixture
def queues(signpost_application: object) -> Iterator[Queues]:
    found = Queues()
    with at_call(aws.sqs(), "provide-client-params.sqs.SendMessageBatch", found):
        yield found


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
def webhook(handlers: Handlers, context: Any, secrets: Secrets, queues: Queues) -> Webhook:
    return Webhook(handlers("instagram_webhook"), context, secrets)


@pytest.fixture
def requests_store(webhook: Webhook) -> DeletionStore:
    return DeletionStore(aws.dynamodb(), webhook.settings.installs_table)


@pytest.fixture
def meta(webhook: Webhook) -> Iterator[Meta]:
    """The stand-in for Meta, whose apps' addresses lead to the handler."""
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
                found = response(webhook.send(event))
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
