"""The functions that handle Meta's requests have exactly the rights in DynamoDB that their calls need."""

from typing import Any

from tests import samples
from tests.integration.conftest import Handlers
from tests.integration.instagram.erasure.world import World, deauthorize, erase
from tests.integration.instagram.webhook.world import Webhook, sample
from tests.integration.test_api_permissions import Right, granted, used

__all__ = ["used"]  # a fixture


def test_the_webhook(webhook: Webhook, used: set[Right]) -> None:
    replies = [webhook.send(sample(name)) for name in ("delivery", "data_deletion", "deletion_status")]

    assert [reply["statusCode"] for reply in replies][:2] == [200, 200]
    assert used == granted("InstagramWebhook")


def test_the_hints(handlers: Handlers, used: set[Right], context: Any) -> None:
    module = handlers("webhook_hints")
    used.clear()

    module.handler(samples.sample("webhook_hints", "queue"), context)

    assert used == granted("WebhookHints")


def test_the_deletion(handlers: Handlers, used: set[Right]) -> None:
    world = World(handlers("data_deletion"))
    person, _ = world.somebody()
    used.clear()

    world.handle(deauthorize(person))
    world.handle(erase(person, "rights00"))

    assert used == granted("DataDeletion")
