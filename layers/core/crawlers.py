"""Writes signpost/tracking/crawlers.py: the list of `crawler-user-agents` in a form that the redirect can afford.

The package's own module takes 25 ms for its first answer, most of it for compiling 1,500 regular expressions. Nearly
all of them are plain text, which needs no compiling.
"""

import json
import re
from importlib.metadata import files, version
from pathlib import Path

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

_PACKAGE = "crawler-user-agents"
_HEADER = '''"""What the User-Agents of programs contain. Made from {package} {version} by `make crawlers`.

The list's licence:

{licence}
"""

'''


def source() -> str:
    """The module's text."""
    texts: list[str] = []
    patterns: list[str] = []
    for pattern in dict.fromkeys(each["pattern"] for each in CRAWLER_USER_AGENTS_DATA):
        text = plain_text(pattern)
        if text is None:
            patterns.append(pattern)
        else:
            texts.append(text)
    header = _HEADER.format(package=_PACKAGE, version=version(_PACKAGE), licence=_licence())
    return header + _tuple("TEXTS", sorted(texts)) + "\n" + _tuple("PATTERNS", sorted(patterns))


def plain_text(pattern: str) -> str | None:
    """The string that a regular expression matches, if there is only one."""
    if re.search(r"[.^$*+?{}\[\]|()\\]", re.sub(r"\\\W", "", pattern)):
        return None
    return re.sub(r"\\(\W)", r"\1", pattern)


def _licence() -> str:
    [found] = [file for file in files(_PACKAGE) or [] if file.name == "LICENSE"]
    return found.read_text().strip()


def _tuple(name: str, values: list[str]) -> str:
    lines = "".join(f"    {json.dumps(value)},\n" for value in values)
    return f"{name} = (\n{lines})\n"


if __name__ == "__main__":
    target = Path(__file__).parent / "signpost" / "tracking" / "crawlers.py"
    target.write_text(source(), encoding="utf-8")
