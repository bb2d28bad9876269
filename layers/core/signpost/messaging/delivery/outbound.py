"""Sends SMS, e-mails and pushes, each at most once.

Whatever is sent is claimed by a conditional write first. If the provider certainly did not take it and may do so later,
such as when it throttles us, the claim is given up and the job is put off. If nobody knows, it counts as sent.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.messaging import keys
from signpost.messaging.delivery import payloads
from signpost.messaging.delivery.endpoint_errors import BadToken, Disabled, Gone
from signpost.messaging.delivery.payloads import Notice
from signpost.messaging.freshness import is_fresh
from signpost.platform.errors import InvalidInput, Unavailable
from signpost.platform.ids import ulid
from signpost.platform.sending import Mail, MaybeSent, NotSent

if TYPE_CHECKING:
    from signpost.messaging.delivery.sns_client import PushClient, SmsClient
    from signpost.messaging.delivery.store import DeliveryStore, Device
    from signpost.platform.clock import Clock
    from signpost.platform.mailer import Mailer

Report = Callable[[str, Mapping[str, str]], None]  # a metric to add 1 to, and facts for the log
Send = Callable[[], object]

SMS, EMAIL, PUSH = "sms", "email", "push"


class Metrics(NamedTuple):
    """What is counted of one channel."""

    sent: str
    refused: str
    unknown: str


_METRICS: Final = {
    SMS: Metrics(sent="SmsSent", refused="SmsRefused", unknown="SmsUnknown"),
    EMAIL: Metrics(sent="EmailsSent", refused="EmailsRefused", unknown="EmailsUnknown"),
    PUSH: Metrics(sent="PushesSent", refused="PushesRefused", unknown="PushesUnknown"),
}


class Outbound(NamedTuple):
    store: "DeliveryStore"
    sms: "SmsClient"
    pushes: "PushClient"
    mailer: "Mailer"
    report: Report
    clock: "Clock"

    def deliver(self, job: Any) -> None:
        """Do one job: `{channel, outbox}`, or `{user, membership, message}` for the push of a message.

        Raises:
            InvalidInput: it is not a job.
            Unavailable: do it again later.
        """
        match job:
            case {"channel": "sms", "outbox": str(outbox)}:
                self._one(outbox, SMS, lambda item: self.sms.send(item["to"], item["text"]))
            case {"channel": "email", "outbox": str(outbox)}:
                self._one(outbox, EMAIL, lambda item: self.mailer.send(item["to"], _mail(item)))
            case {"channel": "push", "outbox": str(outbox)}:
                item = self.store.outbox(outbox, PUSH, self.clock())
                if item:
                    self._push(item["user"], outbox, payloads.of_outbox(item), item.get("event", ""))
            case {"user": int(user), "membership": int(membership), "message": str(message)}:
                self._message(user, membership, message)
            case _:
                raise InvalidInput("The message is not a job for this queue.")

    # ---------------------------------------------------------------------------------------- SMS and e-mails
    def _one(self, outbox: str, channel: str, send: Callable[[Mapping[str, Any]], object]) -> None:
        item = self.store.outbox(outbox, channel, self.clock())
        if item is not None:
            facts = {"outbox": outbox, "event": item.get("event", "")}
            self._once(keys.outbox(outbox, channel), channel, lambda: send(item), facts)

    def _once(self, key: keys.Key, channel: str, send: Send, facts: Mapping[str, str]) -> None:
        """Claim, then send. Raises `Unavailable`, with the claim given up, if it can be done later."""
        claim, metrics = ulid(self.clock()), _METRICS[channel]
        try:
            if not self.store.claim(key, claim, self.clock()):
                return
        except Unavailable:
            self.store.release(key, claim)  # the claim may have been stored, though nobody said so
            raise
        try:
            send()
        except MaybeSent as error:
            self.report(metrics.unknown, {**facts, "reason": error.reason})
        except NotSent as error:
            if error.is_passing:
                self._give_up(key, claim, metrics, facts)
                raise
            self.report(metrics.refused, {**facts, "reason": error.reason})
        except (Disabled, Gone):
            self.store.release(key, claim)
            raise
        else:
            self.report(metrics.sent, facts)

    def _give_up(self, key: keys.Key, claim: str, metrics: Metrics, facts: Mapping[str, str]) -> None:
        """If this fails, the next try finds it claimed, and nothing is sent."""
        try:
            self.store.release(key, claim)
        except Unavailable:
            self.report(metrics.unknown, {**facts, "reason": "the claim could not be given up"})
            raise

    # ------------------------------------------------------------------------------------------------- pushes
    def _message(self, user: int, membership: int, message: str) -> None:
        """Tell a user of a message, unless it has been seen meanwhile, or came long ago."""
        devices = self._reachable(user)
        if not devices:
            return
        item, receiver = self.store.message(user, membership, message), self.store.membership(user, membership)
        if item and receiver and "unseen" in item and is_fresh(item["sent_at"], self.clock()):
            self._push(user, message, payloads.of_message(item, receiver), "message", devices)

    def _reachable(self, user: int) -> "list[Device]":
        """The devices of a user whose platform has pushes here. Others are only counted."""
        devices = self.store.devices(user)
        found = [each for each in devices if self.pushes.reaches(each.platform)]
        if devices and not found:
            self._note("PushesUnsent", reason="no platform application")
        return found

    def _push(self, user: int, outbox: str, notice: Notice, event: str, devices: "list[Device] | None" = None) -> None:
        """Push to all devices. One that has to wait does not keep the others from theirs."""
        waits: Unavailable | None = None
        reachable = self._reachable(user) if devices is None else devices
        badge = self.store.unread_conversations(user) if reachable and notice.with_badge else None
        for device in reachable:
            try:
                self._push_to(device, outbox, notice, event, badge)
            except Unavailable as error:
                waits = error
        if waits is not None:
            raise waits

    def _push_to(self, device: "Device", outbox: str, notice: Notice, event: str, badge: int | None) -> None:
        message = payloads.written(notice, device.platform, badge)
        attributes = payloads.attributes(notice, device.platform)
        key = keys.outbox(outbox, f"push#{device.user}#{device.id}")
        facts = {"outbox": outbox, "event": event, "platform": device.platform}
        try:
            endpoint = device.endpoint or self._new_endpoint(device)
            try:
                self._once(key, PUSH, lambda: self.pushes.send(endpoint, message, attributes), facts)
            except Gone:
                endpoint = self._new_endpoint(device)
                self._once(key, PUSH, lambda: self.pushes.send(endpoint, message, attributes), facts)
        except Disabled:
            self.pushes.delete(endpoint)
            self._forget(device)
        except BadToken:
            self._forget(device)

    def _new_endpoint(self, device: "Device") -> str:
        try:
            endpoint = self.pushes.endpoint(device.platform, device.push_token)
        except NotSent as error:
            if error.is_passing:
                raise
            raise NotSent(error.reason, is_passing=True) from None
        self.store.keep_endpoint(device, endpoint)
        return endpoint

    def _forget(self, device: "Device") -> None:
        self.store.forget_token(device)
        self._note("PushTokensForgotten", platform=device.platform)

    def _note(self, metric: str, **facts: str) -> None:
        self.report(metric, facts)


def _mail(item: Mapping[str, Any]) -> Mail:
    return Mail(item["subject"], item["text"], item.get("html", ""))
