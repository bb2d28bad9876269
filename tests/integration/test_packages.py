"""What `sam build` makes of our code, by the Makefiles that it runs. Third-party packages are left out."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.template_model import ROOT, Function, functions, global_properties

pytestmark = pytest.mark.slow

RUNTIME = global_properties()["Runtime"]
UNCHECKED_HASH = 1  # PEP 552: bit 0 means that there is a hash, bit 1 that it is checked


def runs(python: str) -> bool:
    """Whether it starts: a version manager's shim may be on PATH without an interpreter behind it."""
    found = shutil.which(python)
    return found is not None and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0


INTERPRETERS = [
    pytest.param(sys.executable, id="this Python"),
    pytest.param(RUNTIME, marks=pytest.mark.skipif(not runs(RUNTIME), reason=f"no {RUNTIME} here"), id=RUNTIME),
]


def make(folder: str, target: str, artifacts: Path, tmp_path: Path, python: str) -> subprocess.CompletedProcess[str]:
    """As SAM does: in a copy of the folder, with the original Makefile."""
    copy = shutil.copytree(ROOT / folder, tmp_path / "source")
    artifacts.mkdir()
    command = ["make", "--makefile", str(ROOT / folder / "Makefile"), f"PYTHON={python}", target]
    environment = {**os.environ, "ARTIFACTS_DIR": str(artifacts)}
    environment.pop("MAKEFLAGS", None)  # of the make that may be running the tests
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("python", INTERPRETERS)
@pytest.mark.parametrize(
    ("folder", "target", "unpacked_in"),
    [
        pytest.param("functions", f"build-{functions()[0].name}", "/var/task/", id="function"),
        pytest.param("layers/core", "build-CoreLayer", "/opt/python/", id="layer"),
    ],
)
def test_a_package_is_compiled_for_a_read_only_folder(
    folder: str, target: str, unpacked_in: str, python: str, tmp_path: Path
) -> None:
    # When the package is built, from a folder with bytecode of other Pythons
    artifacts = tmp_path / "artifacts"
    done = make(folder, target, artifacts, tmp_path, python)

    # Then each module has bytecode for that Python only, which is used without a look at dates
    assert done.returncode == 0, done.stderr
    magic = subprocess.run(
        [python, "-c", "import importlib.util as u, sys; sys.stdout.buffer.write(u.MAGIC_NUMBER)"],
        capture_output=True,
        check=True,
    ).stdout
    modules = {path.relative_to(artifacts) for path in artifacts.rglob("*.py")}
    compiled = {path: path.read_bytes() for path in artifacts.rglob("*.pyc")}
    assert modules
    sources = {path.parent.parent.relative_to(artifacts) / f"{path.name.partition('.')[0]}.py" for path in compiled}
    assert sources == modules
    assert len(compiled) == len(modules)
    for path, content in compiled.items():
        assert content[:4] == magic, path
        assert int.from_bytes(content[4:8], "little") == UNCHECKED_HASH, path
        # And it names the folder where Lambda unpacks it, not the one where it was built
        assert str(tmp_path).encode() not in content, path
    assert any(unpacked_in.encode() in content for content in compiled.values())


@pytest.mark.parametrize("function", [pytest.param(each, id=each.name) for each in functions()])
def test_a_function_is_packed_alone(function: Function, tmp_path: Path) -> None:
    done = make("functions", f"build-{function.name}", tmp_path / "artifacts", tmp_path, sys.executable)

    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "artifacts").iterdir()] == [function.folder]


@pytest.mark.parametrize(
    ("folder", "target"), [("functions", "build-TrackRedirect"), ("layers/core", "build-CoreLayer")]
)
def test_a_missing_python_is_reported_in_one_line(folder: str, target: str, tmp_path: Path) -> None:
    done = make(folder, target, tmp_path / "artifacts", tmp_path, "python0.0")

    assert done.returncode != 0
    assert done.stderr.splitlines()[0].startswith("sam build needs python0.0 on PATH")
