"""The settings of a stage: samconfig.<stage>.toml, in SAM's own format, completed from the template."""

import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from local.runner.errors import TemplateError
from local.runner.intrinsics import Scope, is_true, resolve
from local.runner.template import parameter_values

EXAMPLE = "samconfig.example.toml"
VERSION = 0.1  # of the format


class SettingsError(Exception):
    """The message says what to change, and in which file."""


class StageSettings(NamedTuple):
    """`parameters` has a value for each of the template's; `has_bucket`: SAM need not create one for packages."""

    file: Path
    stack: str
    region: str | None
    profile: str | None
    has_bucket: bool
    parameters: Mapping[str, str]


def read(folder: Path, stage: str, template: Mapping[str, Any]) -> StageSettings:
    """The settings of a stage such as `dev`. Raises SettingsError."""
    file = folder / f"samconfig.{stage}.toml"
    if file.name == EXAMPLE or not file.is_file():
        known = sorted(path.name.split(".")[1] for path in folder.glob("samconfig.*.toml") if path.name != EXAMPLE)
        have = f"there are settings for {', '.join(known)}; " if known else ""
        raise SettingsError(
            f"say which stage, as in STAGE=dev: {have}to add one, copy {EXAMPLE} to samconfig.{stage or 'dev'}.toml "
            "and fill it in."
        )
    try:
        document = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file.name} is not TOML: {error}") from error
    if document.get("version") != VERSION:
        raise SettingsError(f"{file.name}: begin it with `version = {VERSION}`, which SAM asks for.")
    written = document.get("default", {})
    common = written.get("global", {}).get("parameters", {})
    deploy = {**common, **written.get("deploy", {}).get("parameters", {})}
    if not deploy.get("stack_name"):
        raise SettingsError(f"{file.name}: stack_name is missing from [default.global.parameters].")
    given = dict(_overrides(file, deploy.get("parameter_overrides", [])))
    if stage in template["Parameters"]["Stage"]["AllowedValues"]:
        given.setdefault("Stage", stage)
    if "Stage" not in given:
        raise SettingsError(f'{file.name}: add "Stage=dev" or "Stage=prod" to parameter_overrides.')
    try:
        values = parameter_values(template["Parameters"], given)
    except TemplateError as error:
        raise SettingsError(f"{file.name}: {error}") from error
    if unmet := list(broken_rules(template, values)):
        raise SettingsError(f"{file.name} is not ready for production:\n" + "\n".join(f"  {each}" for each in unmet))
    return StageSettings(
        file, deploy["stack_name"], deploy.get("region"), deploy.get("profile"), "s3_bucket" in deploy, values
    )


def broken_rules(template: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[str]:
    """Why these parameters break the template's rules, which CloudFormation only checks after the upload."""
    scope = Scope(values, {})
    for rule in template.get("Rules", {}).values():
        if is_true(resolve(rule["RuleCondition"], scope)):
            for each in rule["Assertions"]:
                if not is_true(resolve(each["Assert"], scope)):
                    yield each["AssertDescription"]


def _overrides(file: Path, written: Any) -> Iterator[tuple[str, str]]:
    """SAM accepts a list of `Name=value`, or all of them in one string."""
    for each in shlex.split(written) if isinstance(written, str) else written:
        name, equals, value = str(each).partition("=")
        if not equals:
            raise SettingsError(f"{file.name}: parameter_overrides: write {each!r} as Name=value.")
        yield name.strip(), value
