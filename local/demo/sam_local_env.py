"""Writes the variables that functions need under `sam local`, to work on the data of a running local stack."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from local.runner.application import FunctionSpec

DOCKER_HOST: Final = "host.docker.internal"


def write(path: Path, functions: Mapping[str, FunctionSpec], *, data_host: str, data_port: int) -> None:
    """A file for `sam local … --env-vars`.

    Under `sam local`, a Ref resolves to the logical id, which is right for a table but wrong for a queue's address. So
    each function gets the resolved value of every variable, with the data server's address as a container sees it.
    """
    here, there = f"{data_host}:{data_port}", f"{DOCKER_HOST}:{data_port}"
    document: dict[str, dict[str, str]] = {"Parameters": {"AWS_ENDPOINT_URL": f"http://{there}"}}
    for name, spec in functions.items():
        document[name] = {variable: value.replace(here, there) for variable, value in spec.environment.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
