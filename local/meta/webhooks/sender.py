"""The webhook sender: the handshake, signed deliveries, and retries for 36 hours.

Source: Meta, "Webhooks: Getting Started": failed deliveries are retried immediately, then less and less often for 36 h.
"""

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from local.meta import outbound, signatures
from local.meta.errors import MetaError
from local.meta.state import MetaApp, MetaState

GIVE_UP_S: Final = 36 * 3600
# Seconds to wait after each failure. Meta does not publish its own.
DELAYS_S: Final = (0, 60, 300, 900, 3600, 7200, 14_400, 28_800, 43_200)
_OK: Final = 200


class WebhookError(MetaError):
    """The app's webhook is not set up, or its handshake failed."""

    def __init__(self, message: str) -> None:
        super().__init__(2200, f"(#2200) Callback verification failed: {message}")


@dataclass(frozen=True)
class Attempt:
    at: float
    status: int
    text: str


@dataclass
class Delivery:
    """One body on its way to the app. `next_at` is None once it has arrived or has been given up."""

    url: str
    body: bytes
    headers: dict[str, str]
    created: float
    attempts: list[Attempt] = field(default_factory=list)
    next_at: float | None = None

    @property
    def delivered(self) -> bool:
        return bool(self.attempts) and self.attempts[-1].status == _OK

    @property
    def state(self) -> str:
        return "delivered" if self.delivered else "waiting" if self.next_at is not None else "dropped"


@dataclass
class Sender:
    """Sends for both apps, and remembers what was sent."""

    state: MetaState
    deliveries: list[Delivery] = field(default_factory=list)
    _retrying: threading.Lock = field(default_factory=threading.Lock)

    def verify(self, app: MetaApp) -> None:
        """Meta's handshake: the answer must be 200 with nothing but the challenge. Raises WebhookError."""
        if app.webhook_url is None:
            raise WebhookError("no webhook address is set")
        challenge = str(secrets.randbelow(10**10))
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": app.verify_token}
        joint = "&" if "?" in app.webhook_url else "?"
        reply = outbound.send("GET", f"{app.webhook_url}{joint}{urlencode(query)}")
        right = reply.status == _OK and reply.body == challenge.encode()
        app.verified_url = app.webhook_url if right else None
        if not app.webhook_verified:
            raise WebhookError(f"the address answered {reply.status} {reply.text[:200]!r}, not 200 and the challenge")

    def send(self, app: MetaApp, body: Any, *, legacy: bool = False, signature: str | None = None) -> Delivery:
        """Deliver to the app, after a handshake if there was none; a failure is retried immediately, once.

        `legacy`: a v1 body, whose `X-Hub-Signature` is the bare hexadecimal SHA-1. `signature` replaces the right one,
        as a forger would.
        """
        if not app.webhook_verified:
            self.verify(app)
        raw = signatures.escaped(body)
        headers = {"Content-Type": "application/json", "Accept": "*/*"}
        if legacy:
            headers["X-Hub-Signature"] = signature or signatures.sha1(app.secret, raw)
        else:
            headers["X-Hub-Signature"] = signature or f"sha1={signatures.sha1(app.secret, raw)}"
            headers["X-Hub-Signature-256"] = signature or f"sha256={signatures.sha256(app.secret, raw)}"
        return self._deliver(app.webhook_url or "", raw, headers)

    def resend(self, delivery: Delivery) -> Delivery:
        """A delivery of its own with the same bytes and signature."""
        return self._deliver(delivery.url, delivery.body, delivery.headers)

    def _deliver(self, url: str, raw: bytes, headers: dict[str, str]) -> Delivery:
        now = self.state.now()
        delivery = Delivery(url, raw, headers, created=now, next_at=now)
        self.deliveries.append(delivery)
        self._attempt(delivery)
        if not delivery.delivered:
            self._attempt(delivery)
        return delivery

    def retry(self, *, due_only: bool) -> int:
        """Retry failed deliveries: those that are due by the clock, or all. Returns how many."""
        with self._retrying:  # the thread and the button must not both retry the same one
            now = self.state.now()
            waiting = [
                each for each in self.deliveries if each.next_at is not None and (not due_only or each.next_at <= now)
            ]
            for delivery in waiting:
                self._attempt(delivery)
            return len(waiting)

    def _attempt(self, delivery: Delivery) -> None:
        reply = outbound.send("POST", delivery.url, body=delivery.body, headers=delivery.headers)
        now = self.state.now()
        delivery.attempts.append(Attempt(now, reply.status, reply.text[:500]))
        if reply.status == _OK:
            delivery.next_at = None
            return
        delay = DELAYS_S[min(len(delivery.attempts) - 1, len(DELAYS_S) - 1)]
        again = now + delay
        delivery.next_at = again if again <= delivery.created + GIVE_UP_S else None
