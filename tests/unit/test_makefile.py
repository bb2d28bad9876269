"""`make` on a machine that has only what the README asks for."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Debian's python3 comes without pip, and its venv cannot bring one.
_WITHOUT_PIP = """#!/bin/sh
case "$*" in *"-m pip"*|*"-m venv"*) exit 1;; esac
exec "{python}" "$@"
"""
_TOO_OLD = "#!/bin/sh\nexit 1\n"


@pytest.mark.parametrize(
    ("python", "says"),
    [
        (_WITHOUT_PIP, "Signpost needs pip: install it first (on Debian and Ubuntu: apt-get install python3-venv).\n"),
        (_TOO_OLD, "Signpost needs Python 3.11 or later on PATH.\n"),
    ],
)
def test_make_says_in_one_line_what_is_missing(tmp_path: Path, python: str, says: str) -> None:
    # Given a clone, and a PATH with the usual tools and that Python only
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("bash", "sh", "sed", "touch", "env"):
        (tools / name).symlink_to(shutil.which(name) or name)
    (tools / "python3").write_text(python.format(python=sys.executable), encoding="utf-8")
    (tools / "python3").chmod(0o755)
    clone = tmp_path / "signpost"
    shutil.copytree(ROOT / "requirements", clone / "requirements")
    shutil.copy(ROOT / "Makefile", clone)

    # When make sets it up
    make = shutil.which("make")
    assert make
    run = subprocess.run(
        [make, "run"], cwd=clone, env={"PATH": str(tools)}, capture_output=True, text=True, check=False
    )

    # Then that is the only line, apart from make's own
    assert run.returncode != 0
    assert "".join(line for line in run.stderr.splitlines(keepends=True) if not line.startswith("make")) == says
