"""Takes webhooks: once Meta's signature has been checked, the accounts that they name go into a queue."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from signpost.instagram.app_secrets import MetaApps
from signpost.instagram.hints import messages as hints
from signpost.instagram.signatures import check_handshake, check_webhook
from signpost.instagram.webhook.deliveries import accounts
from signpost.platform.clock import Clock

if TYPE_CHECKING:
    from signpost.platform.queue import MessageQueue


class WebhookIntake:
    """`legacy`: also take the SHA-1 signatures of old apps.

    Every method raises `SignatureInvalid` when the caller is not Meta, and `Unavailable` when AWS does not answer.
    """

    def __init__(self, apps: Callable[[], MetaApps], queue: "MessageQueue", clock: Clock, *, legacy: bool) -> None:
        self._apps, self._queue, self._clock, self._legacy = apps, queue, clock, legacy

    def challenge(self, parameters: Mapping[str, str]) -> str:
        """What to answer when Meta verifies the webhook's address."""
        return check_handshake(parameters, self._apps().verify_token)

    def take(self, body: bytes, headers: Mapping[str, str]) -> int:
        """Queue the accounts that a delivery hints at. Returns how many.

        Raises:
            NotADelivery: Meta signed it, but it cannot be read.
        """
        check_webhook(body, headers, self._apps().signing_secrets, legacy=self._legacy)
        found = accounts(body)
        self._queue.send(hints.messages(found, self._clock()))
        return len(found)
