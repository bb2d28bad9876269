from collections.abc import Iterator

import pytest

from tests.aws import Aws
from tests.integration.analytics.export.world import World


@pytest.fixture(scope="module")
def places(data: Aws) -> Iterator[None]:
    World.create_places(data)
    yield
    World.delete_places(data)


@pytest.fixture
def world(places: None) -> World:
    return World()
