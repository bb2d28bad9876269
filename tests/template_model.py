"""template.yaml for tests: as it is written, with its loops, and as AWS expands it."""

import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from samtranslator.yaml_helper import yaml_parse

from local.runner import template
from local.runner.intrinsics import references

ROOT = Path(__file__).parent.parent
LOOP = "Fn::ForEach::"
Resource = Mapping[str, Any]
# Where code names a metric: they are nouns in the plural, in camel case.
_METRIC: Final = re.compile(
    r"""\b(?:_?metric|_?count|counting|_note|single_metric)\(\s*"([A-Z]\w+)"|given_up_metric="(\w+)"|"""
    r"""\bCounter\(([A-Z]\w+)=|\bcounts\["([A-Z]\w+)"\]|\bcounts\.update\("([A-Z]\w+)"|UNEXPECTED: Final = "(\w+)\"|"""
    r"""\b(?:sent|refused|unknown)="([A-Z]\w+)\""""
)


@dataclass(frozen=True)
class Loop:
    """An Fn::ForEach of the template: it makes the resources of `body` for each of `names`."""

    name: str
    names: list[str]
    body: Mapping[str, Any]

    def tables(self) -> set[str]:
        """The mappings that hold what is special about a name."""
        return set(re.findall(r"'Fn::FindInMap': \['(\w+)'", str(self.body)))


@dataclass(frozen=True)
class Function:
    name: str
    written: Mapping[str, Any]  # its properties, without those of Globals

    @property
    def folder(self) -> str:
        """TrackRedirect is in functions/track_redirect, and its sample events are in events/track_redirect."""
        return snake_case(self.name)

    @property
    def events(self) -> Mapping[str, Any]:
        events: Mapping[str, Any] = self.written.get("Events", {})
        return events

    @property
    def environment(self) -> dict[str, Any]:
        """Its own variables. Those in Globals are for libraries."""
        return dict(self.written.get("Environment", {}).get("Variables", {}))

    @property
    def timeout(self) -> int:
        return int(self.written.get("Timeout", global_properties()["Timeout"]))

    @property
    def source(self) -> str:
        return (ROOT / "functions" / self.folder / "app.py").read_text(encoding="utf-8")

    @property
    def sources(self) -> str:
        """Its source, and that of our modules that it imports, directly or through others."""
        found: dict[Path, str] = {}
        left = [ROOT / "functions" / self.folder / "app.py"]
        while left:
            file = left.pop()
            if file in found or not file.is_file():
                continue
            found[file] = file.read_text(encoding="utf-8")
            for module, names in re.findall(r"^from (signpost[\w.]*) import (.*)", found[file], re.MULTILINE):
                package = ROOT / "layers" / "core" / module.replace(".", "/")
                left += [package.with_suffix(".py"), *(package / f"{name}.py" for name in re.findall(r"\w+", names))]
        return "\n".join(found.values())

    def metrics(self) -> set[str]:
        """The metrics of our own that it writes."""
        return {name for names in _METRIC.findall(self.sources) for name in names if name}

    def settings(self) -> set[str]:
        """The names of its settings, those within other settings included."""
        (package,) = re.findall(r"^from (signpost[\w.]*) import (?:.*, )?wiring\b", self.source, re.MULTILINE)
        return set(_fields(importlib.import_module(f"{package}.wiring").Settings))


def _fields(settings: Any) -> Iterator[str]:
    for name, kind in settings.__annotations__.items():
        yield from _fields(kind) if hasattr(kind, "_fields") else [name]


@cache
def written() -> Mapping[str, Any]:
    document: Mapping[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return document


@cache
def expanded() -> Mapping[str, Resource]:
    resources: Mapping[str, Resource] = template.expand(ROOT / "template.yaml", {})[0]["Resources"]
    return resources


def of_type(type_: str) -> dict[str, Mapping[str, Any]]:
    """The properties of the expanded template's resources of that type."""
    return {name: each.get("Properties", {}) for name, each in expanded().items() if each["Type"] == type_}


def global_properties() -> Mapping[str, Any]:
    properties: Mapping[str, Any] = written()["Globals"]["Function"]
    return properties


def functions() -> list[Function]:
    return [
        Function(name, each["Properties"])
        for name, each in written()["Resources"].items()
        if not name.startswith(LOOP) and each["Type"] == "AWS::Serverless::Function"
    ]


def loops() -> list[Loop]:
    resources = written()["Resources"].items()
    return [Loop(name.removeprefix(LOOP), each[1], each[2]) for name, each in resources if name.startswith(LOOP)]


def referred(value: Any) -> set[str]:
    """The logical ids and parameters that `value` refers to, at any depth."""
    return {name for name, _ in references(value)}


def snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def strings(value: Any) -> Iterator[str]:
    """Every text in `value`, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
