from collections.abc import Iterator
from typing import Any

import pytest

from local.meta import Meta
from local.runner.application import Application
from signpost.instagram.connect import wiring
from signpost.platform import settings
from tests.aws import empty, empty_queue
from tests.integration.conftest import Handlers
from tests.integration.instagram.connect.world import HOST, PUBLIC_URL, World


@pytest.fixture(scope="module")
def meta_server() -> Iterator[Meta]:
    with Meta() as running:
        running.switches.require_appsecret_proof = True
        yield running


@pytest.fixture
def meta(meta_server: Meta) -> Meta:
    meta_server.calm()
    meta_server.switches.omit_expires_in = False
    meta_server.switches.code_reply = "flat"
    with meta_server.state.lock:
        meta_server.state.calls.clear()
    return meta_server


@pytest.fixture
def world(
    handlers: Handlers, signpost_application: Application, meta: Meta, context: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """The handler, with the stand-in for Meta, empty tables and an empty queue."""
    module = handlers("instagram_connect")
    told = {
        **signpost_application.functions["InstagramConnect"].environment,
        **meta.settings(),
        "PUBLIC_URL": PUBLIC_URL,
        "RETURN_HOSTS": f"{HOST},example.com,localhost:8000",
        "MIGRATE_APPS": "old-user",
    }
    made = World(module, meta, settings.load(wiring.Settings, told), context)
    monkeypatch.setattr(module, "LOGINS", made.logins)
    empty(made.settings.installs_table, made.settings.apps_table, made.settings.rate_limits_table)
    empty_queue(made.settings.media_fetch_queue)
    yield made
    made.session.close()
