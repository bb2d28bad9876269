"""What the local stack reads from a template, and what it refuses."""

from pathlib import Path
from textwrap import dedent

import pytest

from local.runner import application, resources, template
from local.runner.errors import TemplateError
from local.runner.intrinsics import Scope

FUNCTION = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Name: {{ Type: String, Default: world }}
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
      Environment: {{ Variables: {{ VALUE: {value} }} }}
"""


def read(folder: Path, text: str, parameters: dict[str, str] | None = None) -> application.Application:
    (folder / "template.yaml").write_text(dedent(text), encoding="utf-8")
    expanded, values = template.expand(folder / "template.yaml", parameters or {})
    scope = Scope(values, expanded.get("Conditions", {}))
    return application.read(resources.active(expanded["Resources"], scope), scope, folder)


def test_function_is_read_with_lambda_defaults(tmp_path: Path) -> None:
    hello = read(tmp_path, FUNCTION.format(value="!Sub 'hello ${Name}'"), {"Name": "you"}).functions["Hello"]

    assert (hello.timeout_s, hello.memory_mb, hello.reserved_concurrency) == (3, 128, None)
    assert hello.environment == {"VALUE": "hello you"}
    assert hello.code == tmp_path / "src"


@pytest.mark.parametrize(("path", "refused"), [("/", False), ("/hello", False), ("/hello/", True)])
def test_a_route_that_ends_in_a_slash_is_refused_as_on_aws(tmp_path: Path, path: str, refused: bool) -> None:
    event = f"{{ Type: HttpApi, Properties: {{ Method: GET, Path: {path} }} }}"
    text = FUNCTION.format(value="1") + f"      Events: {{ Get: {event} }}\n"

    if refused:
        with pytest.raises(TemplateError, match="/hello/ ends in a slash"):
            read(tmp_path, text)
    else:
        assert [each.path for each in read(tmp_path, text).routes] == [path]


def test_an_event_without_a_path_is_the_default_route(tmp_path: Path) -> None:
    text = FUNCTION.format(value="1") + "      Events: { Rest: { Type: HttpApi } }\n"

    assert read(tmp_path, text).routes == (application.Route("ANY", "$default", "Hello"),)


@pytest.mark.parametrize("value", ["!Ref Nobody", "!GetAtt Hello.Nothing", "!Sub '${Nobody}'", "'${Name}'"])
def test_variable_that_does_not_resolve_names_function_and_variable(tmp_path: Path, value: str) -> None:
    with pytest.raises(TemplateError, match="Hello: environment variable VALUE"):
        read(tmp_path, FUNCTION.format(value=value))


def test_variable_without_value_is_left_out(tmp_path: Path) -> None:
    assert read(tmp_path, FUNCTION.format(value="!Ref AWS::NoValue")).functions["Hello"].environment == {}


LOOP = """
Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
Mappings:
  Queues: { Jobs: { Delay: 5 } }
Resources:
  Fn::ForEach::Queues:
    - Queue
    - [Jobs, Failures]
    - ${Queue}:
        Type: AWS::SQS::Queue
        Properties: { DelaySeconds: !FindInMap [Queues, !Ref Queue, Delay, { DefaultValue: !Ref AWS::NoValue }] }
      ${Queue}Policy:
        Type: AWS::SQS::QueuePolicy
        Properties:
          Queues: [{ Ref: !Sub "${Queue}" }]
          PolicyDocument: { Resource: !GetAtt [!Sub "${Queue}", Arn], Sid: !Sub "${Queue}${Jobs.QueueName}" }
"""


def test_a_loop_is_unrolled(tmp_path: Path) -> None:
    # When a template makes resources in a loop
    (tmp_path / "template.yaml").write_text(LOOP, encoding="utf-8")
    resources = template.expand(tmp_path / "template.yaml", {})[0]["Resources"]

    # Then they are there as if they had been written one by one
    assert sorted(resources) == ["Failures", "FailuresPolicy", "Jobs", "JobsPolicy"]
    assert resources["Jobs"] == {"Type": "AWS::SQS::Queue", "Properties": {"DelaySeconds": 5}}
    assert resources["Failures"] == {"Type": "AWS::SQS::Queue", "Properties": {}}
    assert resources["FailuresPolicy"]["Properties"] == {
        "Queues": [{"Ref": "Failures"}],
        "PolicyDocument": {
            "Resource": {"Fn::GetAtt": ["Failures", "Arn"]},
            "Sid": {"Fn::Sub": "Failures${Jobs.QueueName}"},
        },
    }


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Resources: [", "is not YAML"),
        ("a: 1", "no Resources"),
        (FUNCTION.format(value="x") + "      Nonsense: 1\n", "Nonsense"),
        ("Parameters: { P: { Type: String } }\nResources: {}", "parameter P has no default"),
        ("Resources: { Fn::ForEach::Loop: [Name, [A]] }", "Fn::ForEach::Loop layout is incorrect"),
    ],
)
def test_template_that_is_wrong_is_an_error(tmp_path: Path, text: str, error: str) -> None:
    with pytest.raises(TemplateError, match=error):
        read(tmp_path, text)


@pytest.mark.parametrize(("name", "value"), [("Stage", "other"), ("Url", "nowhere")])
def test_parameter_that_is_not_allowed_is_an_error(tmp_path: Path, name: str, value: str) -> None:
    text = """
    Parameters:
      Stage: { Type: String, Default: dev, AllowedValues: [dev, prod] }
      Url: { Type: String, Default: "http://x", AllowedPattern: "^http://.+$", ConstraintDescription: must be a URL }
    Resources: {}
    """
    with pytest.raises(TemplateError, match=f"parameter {name}: '{value}': must be"):
        read(tmp_path, text, {name: value})


def test_missing_template_and_unknown_parameter_are_errors(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="cannot read"):
        template.expand(tmp_path / "template.yaml", {})
    with pytest.raises(TemplateError, match="no parameter Other"):
        read(tmp_path, FUNCTION.format(value="x"), {"Other": "1"})
