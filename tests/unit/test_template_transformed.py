"""template.yaml after both transforms: without loops, and with AWS::Serverless::* expanded.

`sam validate --lint` sees the template as it is written, where a function's events are not part of the API's body yet.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint

from local.runner import template
from tests.template_model import ROOT, referred, written

Document = Mapping[str, Any]

# A value for each parameter that is empty by default or has a choice; the others keep their defaults.
SET = {
    "Stage": "prod",
    "Architecture": "x86_64",
    "EdgeSecret": "an-edge-secret-of-ours",
    "PublicUrl": "https://links.signpost.example",
    "MailDomain": "signpost.example",
    "CreateMailIdentity": "yes",
    "LegacySignatures": "on",
    "LegacyFeedUrl": "https://old.signpost.example/feed",
    "MigrateApps": "ann,ben",
    "WelcomeUsername": "greeter",
    "WelcomeConversations": "on",
    "InviteReminders": "on",
    "InactiveReminders": "on",
    "InactiveEmails": "on",
    "Reactivation": "on",
    "CleanUp": "on",
    "SmsSenderId": "Signpost",
    "ApnsApplicationArn": "arn:aws:sns:us-east-1:123456789012:app/APNS/signpost",
    "FcmApplicationArn": "arn:aws:sns:us-east-1:123456789012:app/GCM/signpost",
    "AlarmEmail": "on-call@signpost.example",
    "OldestApp": "2.0",
    "OldestBeta": "2.1",
    "AwsEndpointUrl": "http://127.0.0.1:4566",
}
CASES = [pytest.param({}, id="defaults"), pytest.param(SET, id="all set")]


@cache
def _transformed(values: tuple[tuple[str, str], ...]) -> Document:
    document: Document = template.expand(ROOT / "template.yaml", dict(values))[0]
    return document


def transformed(values: Mapping[str, str]) -> Document:
    return _transformed(tuple(values.items()))


def dependencies(resources: Document) -> Iterator[tuple[str, set[str]]]:
    """Of each resource, in whichever branch of a condition."""
    for name, resource in resources.items():
        after = resource.get("DependsOn", [])
        yield name, (referred(resource) | {after} if isinstance(after, str) else {*referred(resource), *after})


def test_every_parameter_is_set_once() -> None:
    """Otherwise resources that depend on an optional one would not be checked."""
    parameters = written()["Parameters"]
    empty = {
        name for name, each in parameters.items() if each["Default"] == "" or len(each.get("AllowedValues", "")) > 1
    }

    assert set(SET) == empty
    assert [name for name, value in SET.items() if value == parameters[name]["Default"]] == []


@pytest.mark.parametrize("values", CASES)
def test_no_resource_waits_for_itself(values: dict[str, str]) -> None:
    resources = transformed(values)["Resources"]
    order = TopologicalSorter({name: needed & set(resources) for name, needed in dependencies(resources)})

    try:
        order.prepare()
    except CycleError as error:
        pytest.fail(f"CloudFormation could not create the stack: {' -> '.join(reversed(error.args[1]))}")


@pytest.mark.parametrize("values", CASES)
def test_cloudformation_would_take_it(values: dict[str, str]) -> None:
    found = lint(json.dumps(transformed(values)), config=ManualArgs(regions=["us-east-1"]))

    # Our mappings are for the loops, which are unrolled here.
    assert [f"{each.rule.id} {each.message} {each.path}" for each in found if each.rule.id != "W7001"] == []


def test_there_is_room_for_more() -> None:
    """CloudFormation's quotas: 500 resources a stack, of which each route takes one, and a template of 1 MB."""
    document = transformed(SET)
    most, largest = 450, 900_000

    assert len(document["Resources"]) <= most, (
        "A stack may have 500 resources, and a deployment that needs more fails. Each route costs a permission: give a "
        "function that owns all addresses below one a greedy route, as docs/decisions.md says."
    )
    assert len(json.dumps(document, separators=(",", ":"))) < largest, (
        "CloudFormation takes templates of 1 MB, loops unrolled: move a group of resources to a stack of its own."
    )
