"""From Meta to the end: what the stand-in sends goes through the webhook's handler and those behind its queues."""

import json
from types import ModuleType
from typing import Any

from local.meta import Meta
from local.meta.world import Account
from signpost.instagram.products import Provider
from tests.http_events import http_event
from tests.integration.conftest import Handlers
from tests.integration.instagram.notices.conftest import KILN, NOW, Queues
from tests.integration.instagram.notices.world import World


def batch(*messages: dict[str, Any]) -> dict[str, Any]:
    """As SQS hands them on."""
    attributes = {"ApproximateReceiveCount": "1"}
    return {
        "Records": [
            {"messageId": str(number), "receiptHandle": "1", "attributes": attributes, "body": json.dumps(message)}
            for number, message in enumerate(messages)
        ]
    }


def own_account(meta: Meta, world: World) -> Account:
    """One with ids that no other test has: they share the tables."""
    account = meta.account(KILN)
    account.id, account.app_scoped_id = world.fresh(), world.fresh()
    return account


def test_a_person_is_deauthorized_and_then_erased(
    meta: Meta, webhook: ModuleType, queues: Queues, handlers: Handlers, context: Any
) -> None:
    # Given an account that is connected, with posts
    deletion = handlers("data_deletion")
    world = World(deletion.SETTINGS.media_bucket)
    account = own_account(meta, world)
    install = world.connect(account.id, account.app_scoped_id, Provider.INSTAGRAM, NOW - 1000)
    world.fill(install)

    # When its owner removes the app, then the token is gone, and the posts are not
    assert meta.revoke("instagram", KILN).problems == ()
    deletion.handler(batch(queues.requests()[-1]), context)
    assert (world.stored(install)["state"], bytes(world.stored(install)["token"])) == ("revoked", b"")
    assert world.left(f"{install.id}/") != []

    # And when they want to be forgotten, then nothing is left, and the page that Meta shows them says so
    answer = meta.delete_data("instagram", KILN)
    assert answer.problems == ()
    deletion.handler(batch(queues.requests()[-1]), context)
    assert world.left(account.id, account.app_scoped_id) == []
    page = http_event("GET", "/instagram/data-deletion/{code}", headers={"accept": "text/html"})
    reply = webhook.handler(page | {"pathParameters": {"code": answer.confirmation_code}}, None)
    assert (reply["statusCode"], "Your data is erased" in reply["body"]) == (200, True)


def test_a_burst_of_webhooks_makes_one_fetch(meta: Meta, queues: Queues, handlers: Handlers, context: Any) -> None:
    # Given an account that is connected, and five deliveries of 200 comments on it
    hints = handlers("webhook_hints")
    world = World("")
    account = own_account(meta, world)
    install = world.connect(account.id, account.app_scoped_id, Provider.INSTAGRAM, NOW - 1000)
    for _ in range(5):
        assert meta.send_batch("instagram", KILN, 200, force=True).delivered

    # When they are handed on
    assert hints.handler(batch(*queues.messages["WebhookHintJobs"]), context) == {"batchItemFailures": []}

    # Then one fetch is asked for
    [fetch] = queues.messages["MediaFetchJobs"]
    assert fetch == {"install": install.id, "count": 3, "why": "webhook", "asked_at": NOW}
