"""The worked example of docs/architecture.md: the files that it adds, and its changes to those that exist."""

import re
from typing import Final

from tests.template_model import ROOT

_BLOCK: Final = re.compile(r"`([^`\n]+)`:\n\n```(python|diff)\n(.*?)```", re.DOTALL)
_SCRIPT: Final = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def _example() -> str:
    return (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("### A worked example")[2]


def files() -> dict[str, str]:
    """What the files that it names contain when it has been followed."""
    return {
        name: content if kind == "python" else edited((ROOT / name).read_text(encoding="utf-8"), content)
        for name, kind, content in _BLOCK.findall(_example())
    }


def script() -> str:
    """What it has somebody type to make packages and events."""
    return str(_SCRIPT.findall(_example())[0])


def edited(text: str, diff: str) -> str:
    """With each hunk's old lines, which must be there once, replaced by its new ones."""
    for hunk in diff.split("@@\n"):
        lines = hunk.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] != "+")
        new = "".join(line[1:] for line in lines if line[0] != "-")
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
