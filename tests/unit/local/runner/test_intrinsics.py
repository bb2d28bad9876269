"""Intrinsic functions of templates."""

from typing import Any

import pytest

from local.runner.errors import TemplateError
from local.runner.intrinsics import NO_VALUE, Scope, references, resolve

SCOPE = Scope(
    parameters={"Stage": "prod", "Empty": ""},
    conditions={
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "HasMail": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Empty"}, ""]}]},
        "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "HasMail"}]},
        "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "HasMail"}]},
    },
    mappings={"Sizes": {"prod": {"Large": 10}}},
    references={"Table": "Table"},
    attributes={("Table", "Arn"): "arn:table"},
)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ({"Ref": "Stage"}, "prod"),
        ({"Ref": "AWS::Region"}, "us-east-1"),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "arn:table"),
        ({"Fn::GetAtt": "Table.Arn"}, "arn:table"),
        ({"Ref": {"Fn::Sub": "Table"}}, "Table"),
        ({"Fn::GetAtt": [{"Fn::Sub": "Table"}, "Arn"]}, "arn:table"),
        ({"Fn::Sub": "${Table.Arn}/index/*-${Stage}-${!Literal}"}, "arn:table/index/*-prod-${Literal}"),
        ({"Fn::Sub": ["${x}/${Stage}", {"x": {"Ref": "Table"}}]}, "Table/prod"),
        ({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}, "a-prod"),
        ({"Fn::If": ["IsProd", 1, 2]}, 1),
        ({"Fn::If": ["HasMail", 1, 2]}, 2),
        ({"Fn::If": ["Both", 1, 2]}, 2),
        ({"Fn::If": ["Either", 1, 2]}, 1),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "Large"]}, 10),
        ({"Fn::FindInMap": ["Sizes", "dev", "Large", {"DefaultValue": {"Ref": "Stage"}}]}, "prod"),
        ({"a": {"Fn::FindInMap": ["Sizes", "dev", "Large", {"DefaultValue": {"Ref": "AWS::NoValue"}}]}}, {}),
        ({"a": {"Fn::If": ["HasMail", 1, {"Ref": "AWS::NoValue"}]}, "b": 2}, {"b": 2}),
        ([1, {"Ref": "AWS::NoValue"}, 2], [1, 2]),
        ({"Ref": "AWS::NoValue"}, NO_VALUE),
    ],
)
def test_expression_has_its_value(expression: Any, value: Any) -> None:
    assert resolve(expression, SCOPE) == value


@pytest.mark.parametrize(
    "expression",
    [
        {"Ref": "Nobody"},
        {"Fn::GetAtt": ["Table", "Other"]},
        {"Fn::Sub": "${Nobody}"},
        {"Fn::If": ["Nothing", 1, 2]},
        {"Fn::FindInMap": ["Sizes", "dev", "Large"]},
    ],
)
def test_unknown_reference_is_an_error(expression: Any) -> None:
    with pytest.raises(TemplateError):
        resolve(expression, SCOPE)


def test_unsupported_function_is_an_error() -> None:
    with pytest.raises(TemplateError, match="Fn::Cidr is not supported"):
        resolve({"Fn::Cidr": ["10.0.0.0/8", 1, 8]}, SCOPE)


@pytest.mark.parametrize(
    ("expression", "left"),
    [
        ({"Ref": "Nobody"}, {"Ref": "Nobody"}),
        ({"Fn::GetAtt": "Nobody.Arn"}, {"Fn::GetAtt": ["Nobody", "Arn"]}),
        ({"Fn::Sub": "${Nobody}/${Stage}"}, {"Fn::Sub": "${Nobody}/${Stage}"}),
        ({"Fn::Join": ["", [{"Ref": "Nobody"}, {"Ref": "Stage"}]]}, {"Fn::Join": ["", [{"Ref": "Nobody"}, "prod"]]}),
    ],
)
def test_partial_resolution_leaves_what_it_does_not_know(expression: Any, left: Any) -> None:
    assert resolve(expression, SCOPE, partial=True) in (left, {"Fn::Sub": "${Nobody}/prod"})


def test_references_are_found_at_any_depth_with_their_attributes() -> None:
    value = [
        {"Ref": "A"},
        {"x": {"Fn::GetAtt": ["B", "Arn"]}},
        {"Fn::Sub": ["${C} ${D.Arn} ${!E} ${f}", {"f": {"Ref": "G"}}]},
    ]

    assert set(references(value)) == {("A", None), ("B", "Arn"), ("C", None), ("D", "Arn"), ("G", None)}
