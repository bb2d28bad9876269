"""The handler of Meta's requests, events for it, and what it puts into queues."""

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from signpost.instagram.app_secrets import MetaApps
from signpost.instagram.webhook import wiring
from signpost.platform import settings
from signpost.platform.errors import Unavailable
from tests import samples
from tests.http_events import http_event

NOW = 1_795_247_130.5
NORA, KILN = "nora.bakes.demo", "kiln.and.clay.demo"
SECRET = "local-instagram-app-secret"

Reply = dict[str, Any]


def sample(name: str, **changes: Any) -> dict[str, Any]:
    return samples.sample("instagram_webhook", name, **changes)


def signed(body: bytes, secret: str = SECRET, *, as_base64: bool = False) -> dict[str, Any]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}", "Host": "signpost.example"}
    text = base64.b64encode(body).decode() if as_base64 else body.decode()
    return http_event("POST", "/postcallback", headers=headers, body=text) | {"isBase64Encoded": as_base64}


def entries(*accounts: str) -> bytes:
    changes = [{"field": "comments", "value": {"id": "1"}}]
    found = [{"id": account, "time": int(NOW), "changes": changes} for account in accounts]
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
    """Replaces Secrets Manager."""

    def __init__(self, apps: MetaApps) -> None:
        self.apps: MetaApps | Unavailable = apps

    def __call__(self) -> MetaApps:
        if isinstance(self.apps, Unavailable):
            raise self.apps
        return self.apps


class Webhook:
    """The handler of instagram_webhook with a clock of its own."""

    def __init__(self, module: ModuleType, context: Any, secrets: Secrets) -> None:
        self._handler, self._context, self._secrets = module.handler, context, secrets
        self.logger, self.now = module.observer.logger, NOW
        self.settings = settings.load(wiring.Settings, os.environ)
        self.build()

    def build(self, **changes: str) -> None:
        changed = self.settings._replace(**changes)
        self._intake = wiring.build(changed, apps=self._secrets, clock=lambda: self.now)

    def send(self, event: dict[str, Any]) -> Reply:
        reply: Reply = self._handler(event, self._context, intake=self._intake)
        return reply
