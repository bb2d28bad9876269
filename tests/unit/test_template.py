"""Our own rules for template.yaml. What CloudFormation accepts is up to cfn-lint."""

import json
import re
from typing import Any

import pytest

from tests import template_model
from tests.template_model import ROOT, Function, Loop, expanded, functions, loops, of_type, referred, strings, written

FUNCTIONS = [pytest.param(each, id=each.name) for each in functions()]
ALARMS = of_type("AWS::CloudWatch::Alarm")
QUEUES = of_type("AWS::SQS::Queue")
MAPPINGS = of_type("AWS::Lambda::EventSourceMapping")
STREAM_MAPPINGS = {name: each for name, each in MAPPINGS.items() if "BatchSize" in each and "StartingPosition" in each}
QUEUE_MAPPINGS = {name: each for name, each in MAPPINGS.items() if name not in STREAM_MAPPINGS}


def alarm_metrics(dimension: str, resource: str) -> set[str]:
    """The metrics of `resource` that an alarm watches."""
    return {
        each["MetricName"]
        for each in ALARMS.values()
        if any(one["Name"] == dimension and resource in referred(one["Value"]) for one in each["Dimensions"])
    }


# ---------------------------------------------------------------------------------------------------------- functions
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_is_in_the_folder_of_its_name(function: Function) -> None:
    # functions/Makefile packs that folder, and only that one.
    assert function.written["Handler"] == f"{function.folder}.app.handler"
    assert (ROOT / "functions" / function.folder / "app.py").is_file()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_its_own_log_group_with_retention(function: Function) -> None:
    group = function.written["LoggingConfig"]["LogGroup"]["Ref"]
    users = [each.name for each in functions() if each.written["LoggingConfig"]["LogGroup"]["Ref"] == group]

    assert of_type("AWS::Logs::LogGroup")[group]["RetentionInDays"]
    assert users == [function.name]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_has_alarms_on_errors_and_throttles(function: Function) -> None:
    assert alarm_metrics("FunctionName", function.name) >= {"Errors", "Throttles"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_gets_only_the_settings_it_reads(function: Function) -> None:
    own = {name for name in function.environment if not name.startswith("POWERTOOLS_")}

    assert own == {field.upper() for field in function.settings()}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_names_itself_in_logs_and_metrics(function: Function) -> None:
    assert function.environment["POWERTOOLS_SERVICE_NAME"] == function.folder


def test_packages_are_compiled_for_the_runtime_they_run_on() -> None:
    runtime = template_model.global_properties()["Runtime"]
    makefile = (ROOT / "layers" / "python.mk").read_text(encoding="utf-8")

    assert re.search(r"^PYTHON := (python[0-9.]+)", makefile, re.MULTILINE)[1] == runtime  # type: ignore[index]
    assert {tuple(each["CompatibleRuntimes"]) for each in of_type("AWS::Lambda::LayerVersion").values()} == {(runtime,)}


def test_there_are_wheels_for_each_processor() -> None:
    # The layer's Makefile runs in the folder of the deployed processor, and takes its wheels.
    layer = written()["Resources"]["VendorLayer"]
    processors = written()["Parameters"]["Architecture"]["AllowedValues"]

    assert layer["Metadata"]["WorkingDirectory"] == {"Fn::Sub": "layers/vendor/${Architecture}"}
    assert sorted(path.parent.name for path in (ROOT / "layers" / "vendor").glob("*/platform.mk")) == sorted(processors)


# ------------------------------------------------------------------------------------------------------------- rights
def is_bucket_folder(resource: str) -> bool:
    """Whether it is all objects of one folder, whose names are not known beforehand."""
    folder = re.fullmatch(r"\$\{(\w+)\.Arn\}/\w+(/\w+)*/\*", resource)
    return folder is not None and folder[1] in of_type("AWS::S3::Bucket")


def test_no_right_of_a_function_has_a_wildcard() -> None:
    statements = [
        (name, statement)
        for name, role in of_type("AWS::IAM::Role").items()
        for policy in role.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]

    assert statements
    for name, statement in statements:
        assert statement["Effect"] == "Allow", name
        texts = [*strings(statement["Action"]), *strings(statement["Resource"])]
        assert not [text for text in texts if "*" in text and not is_bucket_folder(text)], name
        assert referred(statement["Resource"]), f"{name} names a resource that is not of this template"


# ------------------------------------------------------------------------------------------------- queues and streams
@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_for_failures_or_has_a_queue_for_them(queue: str) -> None:
    failures = {
        name
        for each in [*QUEUES.values(), *MAPPINGS.values()]
        for name in referred([each.get("RedrivePolicy"), each.get("DestinationConfig")])
    }

    assert queue in failures or "RedrivePolicy" in QUEUES[queue]


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_has_an_alarm(queue: str) -> None:
    metrics = alarm_metrics("QueueName", queue)

    assert metrics & {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"}


def test_a_message_stays_hidden_while_its_function_may_still_work_on_it() -> None:
    # Six times: AWS Lambda developer guide, "Creating and configuring an Amazon SQS event source mapping".
    timeouts = {each.name: each.timeout for each in functions()}

    for mapping in QUEUE_MAPPINGS.values():
        (queue,) = referred(mapping["EventSourceArn"])
        (function,) = referred(mapping["FunctionName"])
        assert QUEUES[queue]["VisibilityTimeout"] >= 6 * timeouts[function], queue
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], queue


@pytest.mark.parametrize("mapping", STREAM_MAPPINGS.values(), ids=STREAM_MAPPINGS)
def test_no_record_of_a_stream_is_lost_or_blocks_others(mapping: dict[str, Any]) -> None:
    patterns = [json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"]]

    assert mapping["TumblingWindowInSeconds"] > 0  # without a window, events do not name their shard
    assert patterns == [{"eventName": ["INSERT"]}]
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"]
    assert mapping["MaximumRetryAttempts"] >= 0
    assert mapping["MaximumRecordAgeInSeconds"] > 0
    assert referred(mapping["DestinationConfig"]["OnFailure"]) <= set(QUEUES)
    assert "IteratorAge" in alarm_metrics("FunctionName", next(iter(referred(mapping["FunctionName"]))))


# ------------------------------------------------------------------------------------------------------------- alarms
@pytest.mark.parametrize("alarm", ALARMS.values(), ids=ALARMS)
def test_an_alarm_reaches_somebody_and_says_what_to_do(alarm: dict[str, Any]) -> None:
    assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "Alarms"}]
    assert re.fullmatch(r"[A-Z].{40,140}\.", alarm["AlarmDescription"])
    assert alarm["TreatMissingData"] in ("notBreaching", "breaching")


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_is_explained(name: str) -> None:
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")

    assert re.search(rf"^#+ .*\b{name}\b", operations, re.MULTILINE)


@pytest.mark.parametrize("function", [each for each in functions() if "ScheduleV2" in str(each.events)], ids=str)
def test_an_alarm_notices_that_a_schedule_does_not_run(function: Function) -> None:
    # Without runs there are no data, so the alarm would otherwise never go off.
    alarms = [each for each in ALARMS.values() if each["MetricName"] == "Invocations"]
    (alarm,) = [each for each in alarms if function.name in referred(each["Dimensions"])]

    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["ComparisonOperator"] == "LessThanThreshold"


OUR_METRICS = {name: each for name, each in ALARMS.items() if not each["Namespace"].startswith("AWS/")}


@pytest.mark.parametrize("alarm", OUR_METRICS.values(), ids=OUR_METRICS)
def test_an_alarm_on_our_own_metric_watches_one_that_is_written(alarm: dict[str, Any]) -> None:
    (dimension,) = alarm["Dimensions"]
    (function,) = [each for each in functions() if each.folder == dimension["Value"]]

    assert dimension["Name"] == "service"
    assert (
        alarm["Namespace"]
        == template_model.global_properties()["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]
    )
    assert re.search(rf"\b{alarm['MetricName']}\b", function.sources)


def test_alarms_can_be_published() -> None:
    # CloudWatch may not use the key of alias/aws/sns: a topic encrypted with it would lose every alarm.
    assert "KmsMasterKeyId" not in of_type("AWS::SNS::Topic")["Alarms"]


# -------------------------------------------------------------------------------------------------------------- loops
@pytest.mark.parametrize("loop", loops(), ids=lambda loop: loop.name)
def test_every_row_of_a_mapping_is_for_a_name_in_the_loop(loop: Loop) -> None:
    # A row for another name would have no effect.
    for table in loop.tables():
        assert set(written()["Mappings"][table]) <= set(loop.names), table


def test_every_mapping_is_used() -> None:
    assert set(written()["Mappings"]) == {table for loop in loops() for table in loop.tables()}


# --------------------------------------------------------------------------------------------------------------- data
@pytest.mark.parametrize("table", of_type("AWS::DynamoDB::Table"))
def test_a_table_is_encrypted_backed_up_and_outlives_a_production_stack(table: str) -> None:
    resource = expanded()[table]
    properties = resource["Properties"]

    assert properties["SSESpecification"]["SSEEnabled"]
    assert properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        assert resource[policy] == {"Fn::If": ["IsProd", "Retain", "Delete"]}


# --------------------------------------------------------------------------------------------------- the whole template
NAMING = {"AlarmName", "BucketName", "FunctionName", "LogGroupName", "Name", "QueueName", "RoleName", "TableName"}


def test_two_stacks_can_be_in_one_account() -> None:
    # A fixed name can be taken only once. An event mapping's FunctionName is a reference, not a name.
    fixed = {
        f"{name}.{key}": value
        for name, each in expanded().items()
        for key, value in each.get("Properties", {}).items()
        if key in NAMING | {"TopicName"} and isinstance(value, str)
    }

    assert not fixed


def test_every_parameter_and_condition_is_used() -> None:
    template = {key: value for key, value in written().items() if key != "Parameters"}
    conditions = set(template["Conditions"])
    named = set(re.findall(r"'Fn::If': \['(\w+)'|'Condition': '(\w+)'", str(template)))

    assert set(written()["Parameters"]) <= referred(template)
    assert conditions <= {name for pair in named for name in pair}


def test_the_readme_lists_the_functions() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert sorted(re.findall(r"^\| `(\w+)` +\|", readme, re.MULTILINE)) == sorted(each.folder for each in functions())
