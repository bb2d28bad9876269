from collections.abc import Mapping

import pytest

from tests.integration.messaging.relay.world import World


@pytest.fixture
def world(environment: Mapping[str, str]) -> World:
    return World(environment)
