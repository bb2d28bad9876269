"""The template's settings, for all features of this context."""

from collections.abc import Mapping

import pytest

from local.runner.application import Application


@pytest.fixture(scope="session")
def environment(signpost_application: Application) -> Mapping[str, str]:
    functions = signpost_application.functions.values()
    return {name: value for function in functions for name, value in function.environment.items()}
