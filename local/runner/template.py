"""Expands the SAM template into plain CloudFormation with AWS's own translator: the only user of `samtranslator`.

Where a function's code lies is kept through the translation as the key of a made-up S3 object, because the translator
accepts no local paths: `Code.S3Key` of a function and `Content.S3Key` of a layer hold the path from the template.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.runner.errors import TemplateError
from local.runner.intrinsics import REGION, Scope, resolve

LOCAL_BUCKET = "local-path"
_PATH_PROPERTIES = ("CodeUri", "ContentUri")


class _NoManagedPolicies:
    """Local functions have no roles, so the translator needs no list of AWS's managed policies."""

    def load(self) -> dict[str, str]:
        return {}


def expand(path: Path, parameters: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The expanded template, and the value of each of its parameters.

    Raises TemplateError when the template is not valid or a parameter is unknown or has no value.
    """
    # Imported late: they take a second, in which the data server's process already starts.
    from samtranslator.model.exceptions import InvalidDocumentException  # noqa: PLC0415
    from samtranslator.translator.transform import transform  # noqa: PLC0415
    from samtranslator.yaml_helper import yaml_parse  # noqa: PLC0415
    from yaml import YAMLError  # noqa: PLC0415

    try:
        document = yaml_parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TemplateError(f"cannot read {path}: {error.strerror}") from error
    except YAMLError as error:
        raise TemplateError(f"{path} is not YAML: {error}") from error
    if not isinstance(document, dict) or "Resources" not in document:
        raise TemplateError(f"{path} is not a template: it has no Resources.")
    values = parameter_values(document.get("Parameters", {}), parameters)
    _unroll_loops(document, values)
    _keep_local_paths(document)
    os.environ.setdefault("AWS_DEFAULT_REGION", REGION)  # the translator asks boto3 for it, in several places
    try:
        expanded = transform(document, dict(values), _NoManagedPolicies())
    except InvalidDocumentException as error:
        causes = "; ".join(str(cause.message) for cause in error.causes)
        raise TemplateError(f"{path}: {causes}") from error
    return expanded, values


def parameter_values(declared: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Each declared parameter's value: as given, else its default."""
    if unknown := sorted(set(given) - set(declared)):
        raise TemplateError(f"the template has no parameter {', '.join(unknown)}.")
    values = {}
    for name, declaration in declared.items():
        value = given.get(name, declaration.get("Default"))
        if value is None:
            raise TemplateError(f"parameter {name} has no default and no value was given.")
        values[name] = str(value)
        _check_value(name, values[name], declaration)
    return values


def _check_value(name: str, value: str, declaration: Mapping[str, Any]) -> None:
    allowed = [str(each) for each in declaration.get("AllowedValues", [value])]
    pattern = declaration.get("AllowedPattern", ".*")
    if value not in allowed or not re.fullmatch(pattern, value, re.DOTALL):
        constraint = declaration.get("ConstraintDescription") or f"must be one of {', '.join(allowed)}"
        raise TemplateError(f"parameter {name}: {value!r}: {constraint}.")


def _unroll_loops(document: dict[str, Any], values: Mapping[str, str]) -> None:
    """Replace each Fn::ForEach with the resources it stands for, as the transform AWS::LanguageExtensions does on AWS.

    SAM CLI unrolls the loops. The functions in the new resources are resolved here, because SAM CLI's resolver (seen
    with 1.170) turns an Fn::Sub with unknown variables into plain text.
    """
    from samcli.lib.cfn_language_extensions.exceptions import InvalidTemplateException  # noqa: PLC0415
    from samcli.lib.cfn_language_extensions.models import TemplateProcessingContext  # noqa: PLC0415
    from samcli.lib.cfn_language_extensions.processors.foreach import ForEachProcessor  # noqa: PLC0415

    written = document["Resources"]
    context = TemplateProcessingContext(fragment=document)
    try:
        ForEachProcessor().process_template(context)
    except InvalidTemplateException as error:
        raise TemplateError(str(error)) from error
    scope = Scope(values, document.get("Conditions", {}), document.get("Mappings", {}))
    document["Resources"] = {
        name: resource if name in written else resolve(resource, scope, partial=True)
        for name, resource in document["Resources"].items()
    }


def _keep_local_paths(document: dict[str, Any]) -> None:
    sections = [document.get("Globals", {}).get(kind, {}) for kind in ("Function", "LayerVersion")]
    sections += [resource.get("Properties") or {} for resource in document["Resources"].values()]
    for properties in sections:
        for name in _PATH_PROPERTIES:
            if isinstance(properties.get(name), str):
                properties[name] = {"Bucket": LOCAL_BUCKET, "Key": properties[name]}
