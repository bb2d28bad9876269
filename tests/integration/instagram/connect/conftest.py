import importlib
import os
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from local.meta import Meta
from local.runner.application import Application
from tests.aws import empty, empty_queue
from tests.integration.instagram.connect.world import HOST, PUBLIC_URL, World
from tests.integration.instagram.graphs import lead_to


@pytest.fixture(scope="session")
def instagram_connect(signpost_application: Application) -> ModuleType:
    """The handler with the template's settings, reached at an address that the stand-in for Meta sends people to."""
    specs = signpost_application.functions.values()
    spec = next(each for each in specs if each.handler.startswith("instagram_connect"))
    os.environ |= {
        **spec.environment,
        "PUBLIC_URL": PUBLIC_URL,
        "RETURN_HOSTS": f"{HOST},example.com,localhost:8000",
        "MIGRATE_APPS": "old-user",
    }
    return importlib.import_module("instagram_connect.app")


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
def world(instagram_connect: ModuleType, meta: Meta, context: Any, monkeypatch: pytest.MonkeyPatch) -> World:
    """The handler, talking to the stand-in, with empty tables and an empty queue."""
    settings = instagram_connect.SETTINGS
    lead_to(meta, instagram_connect.GRAPHS, monkeypatch)
    apps = {
        "facebook_app_id": meta.facebook.id,
        "facebook_app_secret": meta.facebook.secret,
        "instagram_app_id": meta.instagram.id,
        "instagram_app_secret": meta.instagram.secret,
    }
    made = World(instagram_connect, meta, context)
    made.set_apps(apps)
    empty(settings.installs_table, settings.apps_table)
    empty_queue(settings.media_fetch_queue)
    return made
