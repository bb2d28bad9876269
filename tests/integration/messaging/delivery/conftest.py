from collections.abc import Mapping

import pytest

from tests.aws import Aws
from tests.integration.messaging.delivery.world import World


@pytest.fixture
def world(environment: Mapping[str, str], data: Aws) -> World:
    return World(environment, data)
