"""What becomes of a webhook: once its signature is known to be Meta's, the accounts that it names go into a queue."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from signpost.instagram.app_secrets import MetaApps
from signpost.instagram.hints import messages as hints
from signpost.instagram.webhook.deliveries import NotADelivery, accounts, read_delivery
from signpost.instagram.webhook.signatures import check_handshake, check_webhook
from signpost.platform.clock import Clock

if TYPE_CHECKING:
    from signpost.platform.queue import MessageQueue


class WebhookIntake:
    """`legacy`: also take the SHA-1 signatures of old apps."""

    def __init__(self, apps: Callable[[], MetaApps], queue: "MessageQueue", clock: Clock, *, legacy: bool) -> None:
        self._apps, self._queue, self._clock, self._legacy = apps, queue, clock, legacy

    def challenge(self, parameters: Mapping[str, str]) -> str:
        """What to answer when Meta verifies the webhook's address.

        Raises:
            SignatureInvalid: it is not Meta that asks.
            Unavailable: the secrets cannot be read.
        """
        return check_handshake(parameters, self._apps().verify_token)

    def take(self, body: bytes, headers: Mapping[str, str]) -> str | None:
        """Queue what a delivery hints at; returns why there is nothing to queue, if so.

        Raises:
            SignatureInvalid: Meta did not sign it.
            Unavailable: the secrets cannot be read, or not everything is in the queue.
        """
        check_webhook(body, headers, self._apps().signing_secrets, legacy=self._legacy)
        try:
            found = accounts(read_delivery(body))
        except NotADelivery as error:
            return str(error)
        self._queue.send(hints.messages(found, self._clock()))
        return None if found else "It names no account."
