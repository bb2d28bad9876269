from collections.abc import Iterator

import pytest

from local.meta import Meta
from signpost.platform import aws
from tests.integration.conftest import Handlers
from tests.integration.instagram.fetch.world import NOW, Queue, World, pictures
from tests.integration.instagram.graphs import lead_to, trust


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
    lead_to(meta, module.GRAPHS, monkeypatch)
    trust(meta, module.GRAPHS, monkeypatch)
    monkeypatch.setattr(module, "PICTURES", pictures(module.SETTINGS.media_bucket, meta))
    monkeypatch.setattr(module, "QUEUE", Queue(aws.sqs(), module.SETTINGS.media_fetch_queue))
    monkeypatch.setattr(module, "CLOCK", clock)
    made = World(module, meta, clock)
    for provider in ("facebook", "instagram"):
        made.delete(f"pause#{provider}")
    made.events()
    return made
