"""What the stand-in for Meta sends, through the webhook's handler and the handlers behind its queues."""

from typing import Any

from local.meta import Meta
from local.meta.world import Account
from signpost.instagram.products import Provider
from tests.http_events import http_event
from tests.integration.conftest import Handlers
from tests.integration.instagram.erasure.world import World
from tests.integration.instagram.webhook.world import KILN, NOW, Queues, Webhook
from tests.queue_events import queue_event


def own_account(meta: Meta, world: World) -> Account:
    """An account with ids that no other test has: tests share the tables."""
    account = meta.account(KILN)
    account.id, account.app_scoped_id = world.fresh(), world.fresh()
    return account


def test_a_person_is_deauthorized_and_then_erased(
    meta: Meta, webhook: Webhook, queues: Queues, handlers: Handlers, context: Any
) -> None:
    # Given a connected account with posts
    world = World(handlers("data_deletion"))
    account = own_account(meta, world)
    install = world.connect(account.id, account.app_scoped_id, Provider.INSTAGRAM, NOW - 1000)
    world.fill(install)

    # When its owner removes the app, then the token is gone, but the posts stay
    assert meta.revoke("instagram", KILN).problems == ()
    world.send(queue_event(queues.requests()[-1]))
    assert (world.stored(install)["state"], bytes(world.stored(install)["token"])) == ("revoked", b"")
    assert world.left(f"{install.id}/") != []

    # And when they ask for erasure, then nothing is left, and the page that Meta shows them says so
    answer = meta.delete_data("instagram", KILN)
    assert answer.problems == ()
    world.send(queue_event(queues.requests()[-1]))
    assert world.left(account.id, account.app_scoped_id) == []
    page = http_event("GET", "/instagram/data-deletion/{code}", headers={"accept": "text/html"})
    reply = webhook.send(page | {"pathParameters": {"code": answer.confirmation_code}})
    assert (reply["statusCode"], "Your data is erased" in reply["body"]) == (200, True)


def test_a_burst_of_webhooks_makes_one_fetch(meta: Meta, queues: Queues, handlers: Handlers, context: Any) -> None:
    # Given a connected account, and five deliveries of 200 comments on it
    hints = handlers("webhook_hints")
    world = World(handlers("data_deletion"))
    account = own_account(meta, world)
    install = world.connect(account.id, account.app_scoped_id, Provider.INSTAGRAM, NOW - 1000)
    for _ in range(5):
        assert meta.send_batch("instagram", KILN, 200, force=True).delivered

    # When the hints are handled
    assert hints.handler(queue_event(*queues.messages["WebhookHintJobs"]), context) == {"batchItemFailures": []}

    # Then one fetch is asked for
    [fetch] = queues.messages["MediaFetchJobs"]
    assert fetch == {"install": install.id, "count": 3, "why": "webhook", "asked_at": NOW}
