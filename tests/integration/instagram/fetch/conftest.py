import pytest

from local.meta import Meta
from tests.integration.conftest import Handlers
from tests.integration.instagram.fetch.world import World
from tests.timing import Time


@pytest.fixture
def world(clock: Time, meta: Meta, handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> World:
    """The handler of media_fetch with the test's clock and stand-in for Meta."""
    module = handlers("media_fetch")
    made = World(module, meta, clock)
    monkeypatch.setattr(module, "FETCH", made.feature)
    for provider in ("facebook", "instagram"):
        for key in ("pause#{}", "refused#{}#v26.0", "health#{}"):
            made.delete(key.format(provider))
        for hour in ("06", "07"):
            made.delete(f"changes#{provider}#2026-11-21T{hour}")
    made.announced()
    return made
