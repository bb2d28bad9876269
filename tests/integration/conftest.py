"""The data that the template declares, in moto, and the handlers with the template's settings."""

import importlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol
from unittest.mock import patch

import pytest

from local.runner import application, resources, template
from local.runner.intrinsics import Scope
from tests import lambda_context
from tests.aws import Aws, empty_everything
from tests.http_events import ADMIN

ROOT = Path(__file__).parent.parent.parent
PARAMETERS = {
    "ClickBudgetMs": "30000",  # what a redirect does must not depend on how busy this machine is
    "CreateMailIdentity": "yes",
}


class Handlers(Protocol):
    def __call__(self, function: str) -> ModuleType: ...


@pytest.fixture(scope="session")
def data() -> Iterator[Aws]:
    """AWS in this process, for every boto3 client."""
    started = Aws()
    yield started
    started.stop()


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_left() -> Iterator[None]:
    """No test file sees data that another one stored."""
    yield
    empty_everything()


@pytest.fixture(scope="session")
def signpost_application(data: Aws) -> application.Application:
    """What template.yaml declares, its tables and secrets created."""
    expanded, parameters = template.expand(ROOT / "template.yaml", PARAMETERS)
    scope = Scope(parameters, expanded["Conditions"])
    active = resources.active(expanded["Resources"], scope)
    secrets = {"AdminCredentials": json.dumps({"username": ADMIN[0], "password": ADMIN[1]})}
    resources.create(active, scope, data.client, secrets)
    return application.read(active, scope, ROOT)


@pytest.fixture(scope="session")
def environment(signpost_application: application.Application) -> Mapping[str, str]:
    """What the template tells its functions."""
    functions = signpost_application.functions.values()
    return {name: value for function in functions for name, value in function.environment.items()}


@pytest.fixture(scope="session")
def handlers(data: Aws, signpost_application: application.Application) -> Handlers:
    """Imports a function's module with the environment that the template gives it."""
    by_module = {spec.handler.partition(".")[0]: spec for spec in signpost_application.functions.values()}

    def load(function: str) -> ModuleType:
        os.environ |= dict(by_module[function].environment)
        # The redirect does not use boto3.
        with patch.dict(os.environ, data.http_environment if function == "track_redirect" else {}):
            return importlib.import_module(f"{function}.app")

    return load


@pytest.fixture
def context() -> Any:
    """What Lambda passes to a function with its event."""
    return lambda_context.context()
