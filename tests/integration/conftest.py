"""The data that the template declares, in a moto server, and the handlers with the template's settings."""

import importlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Protocol

import pytest

from local.demo.signpost_stack import SLOW_DATA
from local.runner import application, resources, template
from local.runner.data_server import CREDENTIALS, DataServer
from local.runner.intrinsics import REGION, Scope
from local.runner.processes import Spawner
from tests.http_events import ADMIN

ROOT = Path(__file__).parent.parent.parent


class Handlers(Protocol):
    def __call__(self, function: str) -> ModuleType: ...


@pytest.fixture(scope="session")
def data() -> Iterator[DataServer]:
    """A moto server. AWS clients of this process find it through the environment."""
    spawner = Spawner()
    server = DataServer(spawner, host="127.0.0.1", port=0, log=print)
    os.environ |= {
        "AWS_ENDPOINT_URL": server.url,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        **CREDENTIALS,
    }
    yield server
    server.stop()
    spawner.close()


@pytest.fixture(scope="session")
def signpost_application(data: DataServer) -> application.Application:
    """What template.yaml declares, its tables and secrets created."""
    expanded, parameters = template.expand(ROOT / "template.yaml", SLOW_DATA)
    scope = Scope(parameters, expanded["Conditions"])
    active = resources.active(expanded["Resources"], scope)
    secrets = {"AdminCredentials": json.dumps({"username": ADMIN[0], "password": ADMIN[1]})}
    resources.create(active, scope, data.client, secrets)
    return application.read(active, scope, ROOT)


@pytest.fixture(scope="session")
def handlers(signpost_application: application.Application) -> Handlers:
    """Imports a function's module with the environment that the template gives it."""
    by_module = {spec.handler.partition(".")[0]: spec for spec in signpost_application.functions.values()}

    def load(function: str) -> ModuleType:
        os.environ |= dict(by_module[function].environment)
        return importlib.import_module(f"{function}.app")

    return load


@pytest.fixture
def context() -> Any:
    """What Lambda hands a function besides its event."""
    return SimpleNamespace(
        aws_request_id="request-1",
        function_name="function",
        memory_limit_in_mb=512,
        invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:function",
        get_remaining_time_in_millis=lambda: 900_000,
    )
