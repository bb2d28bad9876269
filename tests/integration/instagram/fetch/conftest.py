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
        made.delete(f"pause#{provider}")
        made.delete(f"refused#{provider}#v26.0")
    made.events()
    return made
