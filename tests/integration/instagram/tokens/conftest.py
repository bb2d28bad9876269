from collections.abc import Iterator
from types import ModuleType

import pytest

from local.meta import Meta
from local.runner.application import Application
from signpost.instagram.tokens import wiring
from signpost.platform import settings
from tests.aws import Aws
from tests.integration.conftest import Handlers
from tests.integration.instagram import graphs
from tests.integration.instagram.tokens.world import NOW, World
from tests.timing import Time


@pytest.fixture(scope="module")
def running(data: Aws) -> Iterator[tuple[Meta, Time]]:
    clock = Time(NOW)
    with Meta(now=clock) as meta:
        meta.switches.require_appsecret_proof = True
        yield meta, clock


@pytest.fixture
def world(data: Aws, signpost_application: Application, running: tuple[Meta, Time]) -> Iterator[World]:
    meta, clock = running
    clock.value = NOW
    meta.calm()
    meta.switches.extend_long_tokens = True
    meta.change_mode("live")
    meta.switches.blocked.clear()
    loaded = settings.load(wiring.Settings, signpost_application.functions["TokenSweep"].environment)
    world = World(data, meta, clock, loaded._replace(graph=graphs.settings(meta)))
    world.end_pauses()
    yield world
    world.end_pauses()
    world.session.close()


@pytest.fixture
def token_sweep(world: World, handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The function, with the world's clock and stand-in for Meta."""
    module = handlers("token_sweep")
    monkeypatch.setattr(module, "TOKENS", world.build(module.report))
    return module
