from collections.abc import Iterator

import pytest

from signpost.platform import aws
from tests.aws_calls import at_call
from tests.integration.conftest import Handlers
from tests.integration.instagram.erasure.world import World
from tests.logs import logged_by


@pytest.fixture
def world(handlers: Handlers) -> Iterator[World]:
    made = World(handlers("data_deletion"))
    with at_call(aws.sqs(), "provide-client-params.sqs.*", made.note), logged_by(made.logger):
        yield made
