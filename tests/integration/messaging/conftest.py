"""People who talk, for the tests of messaging."""

from collections.abc import Mapping

import pytest

from tests.aws import Aws
from tests.integration.conftest import Handlers
from tests.integration.messaging.world import World


@pytest.fixture
def world(handlers: Handlers, environment: Mapping[str, str], data: Aws) -> World:
    return World(handlers, environment)
