"""What SES and SNS sent, kept in moto's process, which answers it as JSON, newest first, to a GET of OUTBOX_PATH.

Each has {"kind", "id", "at": seconds since 1970}, and by its kind:

    email   "from", "to": […], "subject", "text", "html"
    sms     "to": [a phone number], "text", "attributes"
    push    "to": [a push token], "platform" of its application, such as APNS, "payload" for that platform, "attributes"

moto keeps only one part of an e-mail, the HTML, and of pushes not to whom; no route of its own lists them (seen with
moto 5.2.5).
"""

import base64
import email
import email.policy
import functools
import json
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from email.message import EmailMessage
from typing import Any, Final

from moto.sesv2.responses import SESV2Response
from moto.sns.models import SNSBackend

from local.runner.data_server import OUTBOX_PATH

EMAIL, SMS, PUSH = "email", "sms", "push"
_KEPT: Final = 500
_SENT: deque[dict[str, Any]] = deque(maxlen=_KEPT)

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def keep() -> None:
    """Keep each e-mail, SMS and push that moto takes from now on."""
    send_email, publish = SESV2Response.send_email, SNSBackend.publish

    @functools.wraps(send_email)
    def send_and_keep(self: SESV2Response) -> str:
        reply: str = send_email(self)  # raises when SES would refuse it
        _keep(EMAIL, json.loads(reply)["MessageId"], _parts(json.loads(self.body)))
        return reply

    @functools.wraps(publish)
    def publish_and_keep(self: SNSBackend, message: str, arn: str | None, *others: Any, **named: Any) -> str:
        message_id: str = publish(self, message, arn, *others, **named)  # raises when SNS would refuse it
        attributes = {
            name: each.get("StringValue", each.get("Value")) if isinstance(each, Mapping) else each
            for name, each in (named.get("message_attributes") or {}).items()
        }
        if phone := named.get("phone_number"):
            _keep(SMS, message_id, {"to": [phone], "text": message, "attributes": attributes})
        elif endpoint := self.platform_endpoints.get(arn or ""):
            platform = endpoint.application.platform
            to = {"to": [endpoint.token], "platform": platform}
            _keep(PUSH, message_id, {**to, "payload": _payload(message, platform), "attributes": attributes})
        return message_id

    SESV2Response.send_email = send_and_keep  # type: ignore[method-assign]
    SNSBackend.publish = publish_and_keep  # type: ignore[method-assign]


def sent(kind: str = "") -> list[dict[str, Any]]:
    """All of this kind, newest first; without one, all."""
    return [each for each in list(_SENT) if not kind or each["kind"] == kind]


def put_back(earlier: Iterable[dict[str, Any]]) -> None:
    """Add what an earlier run sent, newest first, as `sent` returns it."""
    _SENT.extend(earlier)


def served(application: Wsgi) -> Wsgi:
    """The application, with what was sent at OUTBOX_PATH."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != OUTBOX_PATH:
            return application(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(sent()).encode()]

    return answer


def _keep(kind: str, message_id: str, parts: Mapping[str, Any]) -> None:
    _SENT.appendleft({"kind": kind, "id": message_id, "at": time.time(), **parts})


def _payload(message: str, platform: str) -> Any:
    """What a platform gets of a message with `MessageStructure=json`."""
    parts = json.loads(message)
    return json.loads(parts[platform]) if platform in parts else parts.get("default")


def _parts(request: Mapping[str, Any]) -> dict[str, Any]:
    """`{"from", "to", "subject", "text", "html"}` of a SendEmail request; a part that it does not have is None."""
    to = [address for addresses in request.get("Destination", {}).values() for address in addresses]
    content = request["Content"]
    if "Raw" in content:
        message = email.message_from_bytes(base64.b64decode(content["Raw"]["Data"]), policy=email.policy.default)
        subject, text, html = message["Subject"], _body(message, "plain"), _body(message, "html")
        to = to or [message["To"]]
    else:
        simple = content["Simple"]
        subject = simple["Subject"]["Data"]
        text, html = (simple["Body"].get(part, {}).get("Data") for part in ("Text", "Html"))
    return {"from": request.get("FromEmailAddress"), "to": to, "subject": subject, "text": text, "html": html}


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    return None if part is None else str(part.get_content())
