"""What Meta sends, over HTTP: webhooks, and requests of people who removed the app or want their data erased.

Meta repeats for 36 hours what is not answered with 200, and sometimes what was. Whatever is acknowledged is in a queue
by then; what Meta did not sign has no effect. Puts messages into WebhookHintJobs and DataDeletionJobs, and
`deletion#<code>` into InstagramInstalls. No resolver and no pydantic: a forged request costs its HMACs and no more.
"""

import os
from functools import partial
from typing import Any, NamedTuple

from signpost.instagram.deletion import page
from signpost.instagram.deletion import wiring as deletion
from signpost.instagram.deletion.intake import DeletionIntake
from signpost.instagram.webhook import wiring as webhook
from signpost.instagram.webhook.intake import WebhookIntake
from signpost.instagram.webhook.signatures import SignatureInvalid, raw_body
from signpost.platform import settings
from signpost.platform.dispatch import dispatch
from signpost.platform.errors import SignpostError
from signpost.platform.http import Event, Reply, headers, json_reply, reply
from signpost.platform.observe import Observer


class Intake(NamedTuple):
    webhooks: WebhookIntake
    deletions: DeletionIntake


INTAKE = Intake(
    webhook.build(settings.load(webhook.Settings, os.environ)),
    deletion.build(settings.load(deletion.Settings, os.environ)),
)
observer = Observer()


def handshake(intake: Intake, event: Event) -> Reply:
    try:
        challenge = intake.webhooks.challenge(event.get("queryStringParameters") or {})
    except SignatureInvalid as error:
        return reply(403, str(error))
    return reply(200, challenge, headers={"x-content-type-options": "nosniff"})


def delivery(intake: Intake, event: Event) -> Reply:
    if reason := intake.webhooks.take(body(event), headers(event)):
        observer.logger.warning("webhook passed over", reason=reason)
        observer.count("WebhooksPassedOver")  # sent again, it would say no more
    return reply(200, "")


def deauthorize(intake: Intake, event: Event) -> Reply:
    intake.deletions.deauthorize(body(event))
    return json_reply(200, {"success": True})


def data_deletion(intake: Intake, event: Event) -> Reply:
    return json_reply(200, intake.deletions.erase(body(event)))


def deletion_status(intake: Intake, event: Event) -> Reply:
    try:
        return page.answer(event, intake.deletions.progress(event["pathParameters"]["code"]))
    except SignpostError as error:
        return page.refusal(event, error)


def body(event: Event) -> bytes:
    return raw_body(event.get("body") or "", is_base64=bool(event.get("isBase64Encoded")))


def refusal(error: SignpostError) -> Reply:
    if isinstance(error, SignatureInvalid):
        observer.count("WebhooksRefused")
    elif error.retryable:
        observer.logger.warning("a service did not answer", error=str(error))
    return json_reply(error.status, {"error": {"code": error.code, "message": str(error)}})


ROUTES = {
    "GET /postcallback": handshake,
    "POST /postcallback": delivery,
    "GET /hook/parse-instagram": handshake,
    "POST /hook/parse-instagram": delivery,
    "POST /instagram/deauthorize": deauthorize,
    "POST /instagram/data-deletion": data_deletion,
    "GET /instagram/data-deletion/{code}": deletion_status,
}


@observer.handler
def handler(event: dict[str, Any], context: Any, *, intake: Intake = INTAKE) -> Reply:
    return dispatch({key: partial(route, intake) for key, route in ROUTES.items()}, event, context, refusal)
