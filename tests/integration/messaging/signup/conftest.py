from collections.abc import Mapping

import pytest

from tests import aws
from tests.integration.conftest import Handlers
from tests.integration.messaging.signup.newcomers import Newcomers


@pytest.fixture
def people(handlers: Handlers, environment: Mapping[str, str]) -> Newcomers:
    made = Newcomers(handlers("messaging_signup"), environment)
    aws.empty(made.table, made.limits)
    return made
