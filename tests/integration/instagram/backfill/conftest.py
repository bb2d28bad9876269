import pytest

from local.meta import Meta
from tests.integration.conftest import Handlers
from tests.integration.instagram.backfill.world import Backfills
from tests.integration.instagram.fetch.world import World
from tests.timing import Time


@pytest.fixture
def world(clock: Time, meta: Meta, handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> World:
    """The handler of media_fetch with the test's clock and stand-in for Meta."""
    module = handlers("media_fetch")
    made = World(module, meta, clock)
    monkeypatch.setattr(module, "FETCH", made.feature)
    for provider in ("facebook", "instagram"):
        for key in (f"pause#{provider}", f"pause#{provider}#backfill", f"refused#{provider}#v26.0"):
            made.delete(key)
    return made


@pytest.fixture
def backfills(world: World, handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> Backfills:
    handlers("data_deletion")  # for its settings
    made = Backfills(world, handlers("media_backfill"))
    monkeypatch.setattr(handlers("media_fetch"), "FETCH", world.feature)
    return made
