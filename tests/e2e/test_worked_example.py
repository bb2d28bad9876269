"""The worked example of docs/architecture.md, followed to the letter in a copy of the repository."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests import worked_example
from tests.http_events import ADMIN
from tests.template_model import ROOT

pytestmark = pytest.mark.slow

START_S = 120.0


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository with the example's changes."""
    folder = tmp_path_factory.mktemp("copy")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    for name, content in worked_example.files().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, "utf-8")
    run(folder, "bash", "-euc", worked_example.script())
    run(folder, sys.executable, "docs/openapi.py")
    return folder


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def environment(**more: str) -> dict[str, str]:
    """Of a command in the copy: nothing that this test run has set."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST", "COV_"))}
    return {**clean, "PYTHONPATH": "functions:layers/core:.", "AWS_DEFAULT_REGION": "us-east-1", **more}


def test_the_list_is_complete(copy: Path) -> None:
    template = ("test_template.py", "test_template_events.py", "test_template_routes.py")
    rules = ("test_rings.py", *template, "test_documents.py", "test_openapi.py")

    run(copy, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *(f"tests/unit/{name}" for name in rules))


@pytest.fixture(scope="module")
def url(copy: Path) -> Iterator[str]:
    """Where the copy's local stack answers."""
    ports = dict.fromkeys(("PORT", "DATA_PORT", "META_PORT", "OUTBOX_PORT"), "0")
    variables = environment(**ports, ADMIN_USER=ADMIN[0], ADMIN_PASSWORD=ADMIN[1], PYTHONUNBUFFERED="1")
    output = copy / "output.txt"
    with output.open("w") as file:
        stack = subprocess.Popen([sys.executable, "-m", "local"], cwd=copy, env=variables, stdout=file, stderr=file)
    try:
        yield address(stack, output)
    finally:
        stack.terminate()
        stack.wait()


def address(stack: subprocess.Popen[bytes], output: Path) -> str:
    end = time.monotonic() + START_S
    while not (found := re.search(r"Signpost runs on (\S+)", output.read_text())):
        assert stack.poll() is None, output.read_text()
        assert time.monotonic() < end, output.read_text()
        time.sleep(0.1)
    return found[1]


def test_the_new_function_answers_on_the_local_stack(url: str) -> None:
    note = f"{url}/admin/notes/todo"

    assert requests.get(note, timeout=30).status_code == 401
    assert requests.get(note, auth=ADMIN, timeout=30).json() == {"error": "There is no note of this name."}
    assert requests.put(note, auth=ADMIN, json={"text": ""}, timeout=30).status_code == 422
    assert requests.put(note, auth=ADMIN, json={"text": "Ask Nora."}, timeout=30).status_code == 200
    assert requests.get(note, auth=ADMIN, timeout=30).json() == {"text": "Ask Nora."}
