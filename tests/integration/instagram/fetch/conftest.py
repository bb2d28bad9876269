from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from local.meta import Meta
from signpost.platform import aws
from tests.integration.conftest import Handlers
from tests.integration.instagram.fetch.world import NOW, Queue, World, apps, pictures


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
def world(clock: Time, meta: Meta, handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> World:
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
    made = World(module, meta, clock)
    for provider in ("facebook", "instagram"):
        made.delete(f"pause#{provider}")
    made.events()
    return made
