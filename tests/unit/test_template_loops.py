"""The template's loops: the local stack unrolls them as `sam` and cfn-lint do."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cfnlint.decode.cfn_yaml import load
from cfnlint.template import Template
from cfnlint.template.transforms._language_extensions import language_extension
from samcli.lib.cfn_language_extensions.sam_integration import expand_language_extensions

from local.runner import template
from local.runner.intrinsics import PSEUDO_PARAMETERS, Scope, resolve
from tests.template_model import ROOT, written

PATH = ROOT / "template.yaml"
Resources = dict[str, Any]


def by_local_stack(parameters: dict[str, str]) -> Resources:
    resources: Resources = template.expand(PATH, parameters)[0]["Resources"]
    return resources


def by_sam(parameters: dict[str, str]) -> Resources:
    """As `sam build`, `sam deploy` and `sam local` read the template."""
    document = expand_language_extensions(dict(written()), parameters, enabled=True).expanded_template
    # It does not resolve pseudo parameters in a string. CloudFormation gets the loops, so this only affects the test.
    named = json.dumps(document).replace("${AWS::StackName}", PSEUDO_PARAMETERS["AWS::StackName"])
    return resolved(json.loads(named), parameters)


def by_cfn_lint(parameters: dict[str, str]) -> Resources:
    """As `sam validate --lint` reads it: it leaves conditions as they are."""
    matches, document = language_extension(Template(str(PATH), load(str(PATH)), ["us-east-1"]))
    assert not matches
    return resolved(json.loads(json.dumps(document)), parameters)  # plain values, not those that know their line


def resolved(document: Resources, parameters: dict[str, str]) -> Resources:
    """With the values of parameters, which the local stack's loops have by then."""
    values = template.parameter_values(document["Parameters"], parameters)
    scope = Scope(values, document["Conditions"], document["Mappings"])
    resources: Resources = resolve(document["Resources"], scope, partial=True)
    return resources


@pytest.mark.parametrize("by_others", [by_sam, by_cfn_lint])
def test_a_loop_makes_the_same_resources_everywhere(by_others: Callable[[dict[str, str]], Resources]) -> None:
    ours, others = by_local_stack({"Stage": "prod"}), by_others({"Stage": "prod"})

    made = set(others) - set(written()["Resources"])
    assert made
    assert {name: ours.get(name) for name in made} == {name: others[name] for name in made}
