"""What Meta sends, over HTTP: webhooks, and requests of people who removed the app or want their data erased.

Meta sends again for 36 hours what is not answered with 200, and some of it twice. Whatever is acknowledged is in a
queue by then; of what is not signed by Meta, nothing is. Puts messages into WebhookHintJobs and DataDeletionJobs, and
`deletion#<code>` into InstagramInstalls. No resolver and no pydantic: a forged request costs its HMACs and no more.
"""

import os
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from signpost.instagram.app_secrets import NO_APPS, meta_apps
from signpost.instagram.deletion import page, request
from signpost.instagram.deletion.request import Kind
from signpost.instagram.deletion.store import DeletionStore
from signpost.instagram.webhook import hints
from signpost.instagram.webhook.deliveries import NotADelivery, accounts, read_delivery
from signpost.instagram.webhook.signatures import SignatureInvalid, check_handshake, check_webhook, raw_body
from signpost.platform import aws, settings
from signpost.platform.clock import system_clock
from signpost.platform.errors import NotFound, SignpostError
from signpost.platform.http import Event, Reply, headers, json_reply, reply
from signpost.platform.queue import MessageQueue
from signpost.platform.secrets import JsonSecret


class Settings(NamedTuple):
    hints_queue: str
    deletion_queue: str
    installs_table: str
    meta_apps_secret: str
    public_url: str
    legacy_signatures: str


SETTINGS = settings.load(Settings, os.environ)
APPS = JsonSecret(aws.secretsmanager(), SETTINGS.meta_apps_secret, meta_apps, NO_APPS)
HINTS = MessageQueue(aws.sqs(), SETTINGS.hints_queue)
DELETIONS = MessageQueue(aws.sqs(), SETTINGS.deletion_queue)
clock = system_clock
logger = Logger()


def handshake(event: Event) -> Reply:
    try:
        challenge = check_handshake(event.get("queryStringParameters") or {}, APPS.value().verify_token)
    except SignatureInvalid as error:
        return reply(403, str(error))
    return reply(200, challenge, headers={"x-content-type-options": "nosniff"})


def delivery(event: Event) -> Reply:
    body = _body(event)
    legacy = SETTINGS.legacy_signatures == "on"
    check_webhook(body, headers(event), APPS.value().signing_secrets, legacy=legacy)
    try:
        found = accounts(read_delivery(body))
    except NotADelivery as error:
        logger.warning("webhook not understood", reason=str(error))
        found = []
    if not found:  # sent again, it would say no more
        _count("WebhooksPassedOver")
    HINTS.send(hints.messages(found, clock()))
    return reply(200, "")


def deauthorize(event: Event) -> Reply:
    wanted = request.request(Kind.DEAUTHORIZE, _body(event), APPS.value().signing_secrets, clock())
    DELETIONS.send([request.message(wanted)])
    return json_reply(200, {"success": True})


def data_deletion(event: Event) -> Reply:
    wanted = request.request(Kind.ERASE, _body(event), APPS.value().signing_secrets, clock())
    # When this ends between the two, nobody was told the code; the same request again goes on with it.
    _store().add(wanted.code, wanted.received_at)
    DELETIONS.send([request.message(wanted)])
    url = f"{SETTINGS.public_url}/instagram/data-deletion/{wanted.code}"
    return json_reply(200, {"url": url, "confirmation_code": wanted.code})


def deletion_status(event: Event) -> Reply:
    code = event["pathParameters"]["code"]
    try:
        found = _store().get(code, clock()) if request.is_code(code) else None
        if found is None:
            raise NotFound("There is no request with this code, or it was done more than a year ago.")
    except SignpostError as error:
        return page.refusal(event, error)
    return page.answer(event, found)


def _body(event: Event) -> bytes:
    return raw_body(event.get("body") or "", is_base64=bool(event.get("isBase64Encoded")))


def _store() -> DeletionStore:
    # Made when it is needed: webhooks are most of what comes, and their cold start can do without.
    return DeletionStore(aws.dynamodb(), SETTINGS.installs_table)


def _count(name: str) -> None:
    with single_metric(name, MetricUnit.Count, 1) as metric:
        metric.add_dimension("service", logger.service)


ROUTES = {
    "GET /postcallback": handshake,
    "POST /postcallback": delivery,
    "GET /hook/parse-instagram": handshake,
    "POST /hook/parse-instagram": delivery,
    "POST /instagram/deauthorize": deauthorize,
    "POST /instagram/data-deletion": data_deletion,
    "GET /instagram/data-deletion/{code}": deletion_status,
}


def handler(event: dict[str, Any], _context: Any) -> Reply:
    try:
        return ROUTES[event["routeKey"]](event)
    except SignpostError as error:
        if isinstance(error, SignatureInvalid):
            _count("WebhooksRefused")
        elif error.retryable:
            logger.warning("a service did not answer", error=str(error))
        return json_reply(error.status, {"error": {"code": error.code, "message": str(error)}})
