"""Fixtures of the feed's tests."""

import threading
import uuid
from collections.abc import Iterator

import pytest

from tests.integration.conftest import Handlers
from tests.integration.instagram.feed.world import Legacy, World


@pytest.fixture(scope="module")
def legacy_server() -> Iterator[Legacy]:
    with Legacy() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def legacy(legacy_server: Legacy) -> Legacy:
    legacy_server.answer, legacy_server.asked = (200, b'{"data": []}'), []
    return legacy_server


@pytest.fixture
def world(handlers: Handlers, context: object, legacy: Legacy) -> World:
    return World(handlers("instagram_feed"), context, legacy)


@pytest.fixture
def tag(world: World) -> str:
    """A hashtag that the app shows."""
    made = "tag" + uuid.uuid4().hex
    world.show(f"#{made}")
    return made
