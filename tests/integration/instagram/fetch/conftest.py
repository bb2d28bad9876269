from collections.abc import Iterator

import pytest

from local.meta import Meta
from tests.integration.conftest import Handlers
from tests.integration.instagram.fetch.world import Time, World


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
    made = World(module, meta, clock)
    monkeypatch.setattr(module, "FETCH", made.feature)
    for provider in ("facebook", "instagram"):
        made.delete(f"pause#{provider}")
    made.events()
    return made
