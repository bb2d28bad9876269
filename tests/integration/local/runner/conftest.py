"""Local stacks of small templates and throw-away functions, which write down what they are given."""

import contextlib
import json
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.runner.stack import LocalStack
from tests.integration.local.waiting import until

# Each function may `from seen import note` and tell the test what it was given.
SEEN = """
import json, os

def note(value, name=None):
    path = os.path.join(os.environ["SEEN"], name or os.environ["AWS_LAMBDA_FUNCTION_NAME"])
    line = (json.dumps(value) + "\\n").encode()
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, line)
    os.close(file)
"""

HEADER = """
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { CodeUri: code, Runtime: python3.13, Timeout: 60 } }
"""


class Stage:
    """A running stack, where its files are, what its functions noted, and what it printed."""

    def __init__(self, stack: LocalStack, folder: Path, lines: list[str]) -> None:
        self.stack = stack
        self.folder = folder
        self.lines = lines

    def notes(self, function: str) -> list[Any]:
        """What the function noted since the last `forget`, oldest first."""
        try:
            text = (self.folder / "seen" / function).read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in text.splitlines()]

    def forget(self) -> None:
        for file in (self.folder / "seen").iterdir():
            file.unlink()

    def configure(self, **settings: Any) -> None:
        """Settings that the functions read from a file at each call."""
        new = self.folder / "settings.new"
        new.write_text(json.dumps(settings), encoding="utf-8")
        new.replace(self.folder / "settings.json")


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Stage]]:
    """Start a stack from a template's text and its functions' sources, by module name."""
    with contextlib.ExitStack() as stacks:

        def start_stack(template: str, sources: dict[str, str], **options: Any) -> Stage:
            folder = tmp_path_factory.mktemp("stack")
            (folder / "code").mkdir()
            (folder / "seen").mkdir()
            (folder / "settings.json").write_text("{}", encoding="utf-8")
            for name, source in {"seen": SEEN, **sources}.items():
                (folder / "code" / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
            (folder / "template.yaml").write_text(HEADER + textwrap.dedent(template), encoding="utf-8")
            lines: list[str] = []
            environment = {"SEEN": str(folder / "seen"), "SETTINGS": str(folder / "settings.json")}
            stack = LocalStack(folder / "template.yaml", environment=environment, log=lines.append, **options)
            return Stage(stacks.enter_context(stack), folder, lines)

        yield start_stack


@pytest.fixture
def stage(running: Stage) -> Stage:
    """The file's stack, `running`, when all that went before is done and forgotten."""
    running.configure()
    until(running.stack.idle)
    running.forget()
    return running
