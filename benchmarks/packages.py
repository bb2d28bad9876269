"""The variants as they would be deployed: code and layers in folders, with only what each needs, byte-compiled.

Lambda's code folder cannot be written to, so what is not compiled in the package is compiled at every cold start.
"""

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_REPOSITORY = Path(__file__).resolve().parent.parent
_CORE = _REPOSITORY / "layers" / "core" / "signpost"
_VARIANTS = Path("benchmarks", "variants")


class Variant(NamedTuple):
    """What a package is made of: its own files, whether it needs our layer, and the distributions it imports."""

    module: str
    files: Sequence[Path]
    core: bool
    requirements: Sequence[str]


REDIRECTS = {
    "floor": Variant("benchmarks.variants.floor", [_VARIANTS / "floor.py"], core=False, requirements=[]),
    "ours": Variant("track_redirect.app", [Path("functions", "track_redirect")], core=True, requirements=[]),
    "boto3_powertools": Variant(
        "benchmarks.variants.boto3_powertools",
        [_VARIANTS / "boto3_powertools.py", _VARIANTS / "usual.py"],
        core=True,
        requirements=["boto3", "aws-lambda-powertools"],
    ),
    "fastapi_mangum": Variant(
        "benchmarks.variants.fastapi_mangum",
        [_VARIANTS / "fastapi_mangum.py", _VARIANTS / "usual.py"],
        core=True,
        requirements=["boto3", "fastapi", "mangum"],
    ),
}
# Only for a redirect in a running process: its imports are the floor's.
SOCKET_FLOOR = Variant(
    "benchmarks.variants.socket_floor",
    [_VARIANTS / "socket_floor.py", _VARIANTS / "floor.py"],
    core=False,
    requirements=[],
)
ROLLUP = Variant(
    "click_rollup.app",
    [Path("functions", "click_rollup")],
    core=True,
    requirements=["boto3", "aws-lambda-powertools", "pydantic", "ua-parser"],
)
REPORTS = {
    "ours": Variant(
        "benchmarks.variants.our_report", [_VARIANTS / "our_report.py"], core=True, requirements=["tzdata"]
    ),
    "pandas": Variant(
        "benchmarks.variants.pandas_report", [_VARIANTS / "pandas_report.py"], core=False, requirements=["pandas"]
    ),
}


class Package(NamedTuple):
    """A built variant: the folders that Lambda knows as /var/task and /opt/python."""

    handler: str
    task: Path
    layer: Path


class Builder:
    """Builds packages from what the environment `installed` has, and a Python with only the runtime client."""

    def __init__(self, folder: Path, installed: Path) -> None:
        self._folder = folder
        self.installed_python = installed / "bin" / "python"
        self._site = _site_packages(installed)
        self._distributions = {canonicalize_name(each.name): each for each in distributions(path=[str(self._site)])}
        runtime = folder / "runtime"
        # Of the same version as what is installed, which need not be that of this process.
        subprocess.run([self.installed_python, "-m", "venv", "--symlinks", "--without-pip", runtime], check=True)
        self.python = runtime / "bin" / "python"
        self._copy_distributions(["awslambdaric"], _site_packages(runtime))
        self._compile(runtime)

    def python_version(self) -> str:
        return subprocess.run([self.python, "--version"], check=True, capture_output=True, text=True).stdout.strip()

    def version(self, distribution: str) -> str:
        return self._distributions[canonicalize_name(distribution)].version

    def build(self, name: str, variant: Variant) -> Package:
        package = Package(f"{variant.module}.handler", self._folder / name / "task", self._folder / name / "python")
        package.layer.mkdir(parents=True)
        for file in variant.files:
            # Packages hold what is below `functions/`; the variants keep their whole path.
            target = package.task / (file.relative_to("functions") if file.is_relative_to("functions") else file)
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy(_REPOSITORY / file, target)
        if variant.core:
            _copy(_CORE, package.layer / "signpost")
        self._copy_distributions(variant.requirements, package.layer)
        self._compile(package.task)
        self._compile(package.layer)
        return package

    def _copy_distributions(self, names: Iterable[str], target: Path) -> None:
        for each in self._closure(names):
            for file in each.files or []:
                source = Path(str(each.locate_file(file)))
                if ".." in file.parts or file.suffix == ".pyc":  # commands, and what is compiled below
                    continue
                (target / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target / file)

    def _closure(self, names: Iterable[str]) -> list[Distribution]:
        """The distributions of those names and all that they require."""
        found: dict[str, Distribution] = {}
        waiting = [Requirement(name) for name in names]
        while waiting:
            requirement = waiting.pop()
            name = canonicalize_name(requirement.name)
            if name in found:
                continue
            found[name] = self._distributions[name]
            needed = map(Requirement, found[name].requires or [])
            waiting += [each for each in needed if each.marker is None or each.marker.evaluate({"extra": ""})]
        return list(found.values())

    def _compile(self, folder: Path) -> None:
        # Without -P, Python would import the standard library's names from this folder.
        options = ["-P", "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
        subprocess.run([self.python, *options, folder], check=True)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)


def _site_packages(environment: Path) -> Path:
    (found,) = (environment / "lib").glob("python3.*/site-packages")
    return found
