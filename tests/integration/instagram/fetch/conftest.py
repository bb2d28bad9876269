from collections.abc import Iterator
from types import SimpleNamespace

import boto3
import pytest

from local.meta import Meta
from signpost.platform import aws
from tests.integration.conftest import Handlers
from tests.integration.instagram.fetch.world import NOW, Queue, World, apps, listen, pictures


class Time:
    value = NOW

    def __call__(self) -> float:
        return self.value


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def meta(clock: Time) -> Iterator[Meta]:
    with Meta(now=clock) as running:
        yield running


@pytest.fixture
def world(clock: Time, meta: Meta, handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The handler of media_fetch in a world's time, against the stand-in for Meta."""
    module = handlers("media_fetch")
    addresses = meta.settings()
    settings = module.SETTINGS._replace(
        graph_fb_base=addresses["GRAPH_FB_BASE"], graph_ig_base=addresses["GRAPH_IG_BASE"]
    )
    monkeypatch.setattr(module, "SETTINGS", settings)
    monkeypatch.setattr(module, "SECRET", SimpleNamespace(value=lambda: apps(meta)))
    monkeypatch.setattr(module, "PICTURES", pictures(settings.media_bucket))
    monkeypatch.setattr(module, "QUEUE", Queue(aws.sqs(), settings.media_fetch_queue))
    monkeypatch.setattr(module, "CLOCK", clock)
    listen(settings.event_bus)
    dynamodb = boto3.resource("dynamodb")
    for provider in ("facebook", "instagram"):
        dynamodb.Table("InstagramInstalls").delete_item(Key={"key": f"pause#{provider}"})
    made = World(module, meta, dynamodb, clock)
    made.events()
    yield made
    dynamodb.meta.client.close()
