from collections.abc import Iterator
from types import ModuleType

import pytest

from local.meta import Meta
from local.runner.application import Application
from tests.aws import Aws
from tests.integration.conftest import Handlers
from tests.integration.instagram.graphs import lead_to, trust
from tests.integration.instagram.tokens.world import NOW, Time, World


@pytest.fixture(scope="module")
def running(data: Aws) -> Iterator[tuple[Meta, Time]]:
    clock = Time()
    with Meta(now=clock) as meta:
        meta.switches.require_appsecret_proof = True
        yield meta, clock


@pytest.fixture
def world(
    data: Aws, signpost_application: Application, running: tuple[Meta, Time], monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    meta, clock = running
    clock.value = NOW
    meta.calm()
    monkeypatch.setattr(meta.switches, "extend_long_tokens", True)
    environment = signpost_application.functions["TokenSweep"].environment
    world = World(data, meta, clock, environment["TOKEN_KEY"], environment["MAIL_FROM"])
    world.end_pauses()
    yield world
    world.end_pauses()
    world.session.close()


@pytest.fixture
def token_sweep(world: World, handlers: Handlers, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The function, at the world's time and with its Meta."""
    module = handlers("token_sweep")
    lead_to(world.meta, module.GRAPHS, monkeypatch)
    trust(world.meta, module.GRAPHS, monkeypatch)
    monkeypatch.setattr(module.CARE, "_clock", world.clock)
    monkeypatch.setattr(module, "system_clock", world.clock)
    yield module
    module.SESSION.close()
