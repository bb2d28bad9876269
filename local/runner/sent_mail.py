"""What SES sent, kept in moto's process, which answers it as JSON, newest first, to a GET of OUTBOX_PATH.

An e-mail is {"id", "at": seconds since 1970, "from", "to": […], "subject", "text", "html"}.

moto keeps only one part of an e-mail, the HTML, and no route of its own lists e-mails (seen with moto 5.2.5).
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

from local.runner.data_server import OUTBOX_PATH

_KEPT: Final = 500
_SENT: deque[dict[str, Any]] = deque(maxlen=_KEPT)

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


def keep() -> None:
    """Keep each e-mail that moto takes from now on."""
    send_email = SESV2Response.send_email

    @functools.wraps(send_email)
    def send_and_keep(self: SESV2Response) -> str:
        reply: str = send_email(self)  # raises when SES would refuse it
        _SENT.appendleft({"id": json.loads(reply)["MessageId"], "at": time.time(), **_parts(json.loads(self.body))})
        return reply

    SESV2Response.send_email = send_and_keep  # type: ignore[method-assign]


def sent() -> list[dict[str, Any]]:
    return list(_SENT)


def put_back(mails: Iterable[dict[str, Any]]) -> None:
    """Add e-mails of an earlier run; `mails` is newest first, as `sent` returns them."""
    _SENT.extend(mails)


def served(application: Wsgi) -> Wsgi:
    """The application, with the e-mails at OUTBOX_PATH."""

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("PATH_INFO") != OUTBOX_PATH:
            return application(environ, start_response)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(sent()).encode()]

    return answer


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
