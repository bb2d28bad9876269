"""What Meta sends, over HTTP: webhooks, and requests of people who removed the app or want their data erased.

Meta repeats deliveries that did not get 200 for 36 hours, and sometimes others. Whatever is acknowledged is in a queue
by then; anything that Meta did not sign has no effect. Puts messages into WebhookHintJobs and DataDeletionJobs, and
`deletion#<code>` into InstagramInstalls. No resolver and no pydantic: a forged request costs its HMACs, nothing more.
"""

import os
from typing import Any

from signpost.instagram.deletion import page
from signpost.instagram.error_reply import error_body
from signpost.instagram.signatures import SignatureInvalid, raw_body
from signpost.instagram.webhook import wiring
from signpost.instagram.webhook.deliveries import NotADelivery
from signpost.platform import settings
from signpost.platform.dispatch import dispatch
from signpost.platform.errors import SignpostError
from signpost.platform.http import Event, Reply, headers, json_reply, public_url, reply
from signpost.platform.observe import Observer

INTAKE = wiring.build(settings.load(wiring.Settings, os.environ))
observer = Observer()


def handshake(intake: wiring.Intake, event: Event) -> Reply:
    try:
        challenge = intake.webhooks.challenge(event.get("queryStringParameters") or {})
    except SignatureInvalid as error:
        return reply(403, str(error))
    return reply(200, challenge, headers={"x-content-type-options": "nosniff"})


def delivery(intake: wiring.Intake, event: Event) -> Reply:
    try:
        found = intake.webhooks.take(raw_body(event), headers(event))
    except NotADelivery as error:
        observer.logger.warning("webhook not understood", reason=str(error))
        found = 0
    if not found:  # a repetition would not help
        observer.count("WebhooksPassedOver")
    return reply(200, "")


def deauthorize(intake: wiring.Intake, event: Event) -> Reply:
    intake.deletions.deauthorize(raw_body(event))
    return json_reply(200, {"success": True})


def data_deletion(intake: wiring.Intake, event: Event) -> Reply:
    return json_reply(200, intake.deletions.erase(raw_body(event), public_url(event, intake.public_url)))


def deletion_status(intake: wiring.Intake, event: Event) -> Reply:
    try:
        return page.answer(event, intake.deletions.progress(event["pathParameters"]["code"]))
    except SignpostError as error:
        return page.refusal(event, error)


def refusal(error: SignpostError) -> Reply:
    if isinstance(error, SignatureInvalid):
        observer.count("WebhooksRefused")
    elif error.retryable:
        observer.logger.warning("a service did not answer", error=str(error))
    return json_reply(error.status, error_body(error))


ROUTES = {
    **dict.fromkeys(("GET /postcallback", "GET /hook/parse-instagram"), handshake),
    **dict.fromkeys(("POST /postcallback", "POST /hook/parse-instagram"), delivery),
    "POST /instagram/deauthorize": deauthorize,
    "POST /instagram/data-deletion": data_deletion,
    "GET /instagram/data-deletion/{code}": deletion_status,
}


@observer.handler
def handler(event: dict[str, Any], context: Any, *, intake: wiring.Intake = INTAKE) -> Reply:
    return dispatch(ROUTES, event, context, refusal, intake)
