"""Our own rules for template.yaml. What CloudFormation accepts is up to cfn-lint."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from local.deploy.settings import broken_rules
from local.runner import template
from local.runner.intrinsics import Scope, resolve
from signpost.operation import parts
from tests import template_model
from tests.template_model import ROOT, Function, Loop, expanded, functions, loops, of_type, referred, strings, written

DAY = 86_400
FUNCTIONS = [pytest.param(each, id=each.name) for each in functions()]
ALARMS = of_type("AWS::CloudWatch::Alarm")
QUEUES = of_type("AWS::SQS::Queue")
MAPPINGS = of_type("AWS::Lambda::EventSourceMapping")
STREAM_MAPPINGS = {name: each for name, each in MAPPINGS.items() if "BatchSize" in each and "StartingPosition" in each}
QUEUE_MAPPINGS = {name: each for name, each in MAPPINGS.items() if name not in STREAM_MAPPINGS}


def watched(alarm: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The metrics that an alarm watches, each with namespace, name and dimensions."""
    return [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", []) if "MetricStat" in each] or [alarm]


def alarm_metrics(dimension: str, resource: str) -> set[str]:
    """The metrics of `resource` that an alarm watches."""
    return {
        metric["MetricName"]
        for each in ALARMS.values()
        for metric in watched(each)
        if any(one["Name"] == dimension and resource in referred(one["Value"]) for one in metric["Dimensions"])
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
    # Errors that it handles itself are not errors for Lambda.
    assert "UnexpectedErrors" in OUR_ALARMS[function.folder]


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


# -------------------------------------------------------------------------------------------------------------- routes
def test_no_route_ends_in_a_slash() -> None:
    # API Gateway's HTTP APIs cannot have one; `sam validate` and `sam local` do not mind.
    (api,) = of_type("AWS::ApiGatewayV2::Api").values()

    assert [path for path in api["Body"]["paths"] if path.endswith("/")] == []


def test_one_function_answers_where_no_route_is() -> None:
    (api,) = of_type("AWS::ApiGatewayV2::Api").values()

    assert [referred(each) for each in api["Body"]["paths"]["/$default"].values()] == [
        {"FrontPage", "AWS::Partition", "AWS::Region"}
    ]


# ------------------------------------------------------------------------------------------------------------- rights
def is_bucket_folder(resource: str) -> bool:
    """Whether it is all objects of one folder, whose names are not known beforehand."""
    folder = re.fullmatch(r"\$\{(\w+)\.Arn\}/\w+(/\w+)*/\*", resource)
    return folder is not None and folder[1] in of_type("AWS::S3::Bucket")


def is_push_folder(resource: str) -> bool:
    """Whether it is all endpoints of a platform application that a parameter names; SNS makes up their last part."""
    return resource == "${Account}:endpoint/${Application}/*"


def statements_of(policy: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Also those that depend on a parameter."""
    found = [each.get("Fn::If", [None, each])[1] for each in policy["PolicyDocument"]["Statement"]]
    return [each for each in found if each != {"Ref": "AWS::NoValue"}]


# Phone numbers have no ARN, and topics and endpoints have one: this leaves only SMS. AWS has nothing narrower.
TO_PHONES = {
    "Effect": "Allow",
    "Action": "sns:Publish",
    "NotResource": {"Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*"},
}
# AWS has no narrower rights for these, because they are not about resources.
WITHOUT_RESOURCE = {"cloudwatch:GetMetricData"}


def test_no_right_of_a_function_has_a_wildcard() -> None:
    statements = [
        (name, statement)
        for name, role in of_type("AWS::IAM::Role").items()
        for policy in role.get("Policies", [])
        for statement in statements_of(policy)
    ]
    statements += [
        (name, statement)
        for name, policy in of_type("AWS::IAM::ManagedPolicy").items()
        for statement in statements_of(policy)
    ]

    assert statements
    for name, statement in statements:
        assert statement["Effect"] == "Allow", name
        if set(strings(statement["Action"])) <= WITHOUT_RESOURCE or statement == TO_PHONES:
            continue
        texts = [*strings(statement["Action"]), *strings(statement["Resource"])]
        assert not [text for text in texts if "*" in text and not (is_bucket_folder(text) or is_push_folder(text))], (
            name
        )
        assert referred(statement["Resource"]), f"{name} names a resource that is not of this template"


# --------------------------------------------------------------------------------------------------------- front door
def stage() -> Any:
    (properties,) = of_type("AWS::ApiGatewayV2::Stage").values()
    return properties


def throttle(parameter: str) -> dict[str, Any]:
    limit = {"Ref": parameter}
    return {"ThrottlingRateLimit": limit, "ThrottlingBurstLimit": limit, "DetailedMetricsEnabled": True}


def test_every_route_is_throttled() -> None:
    assert stage()["DefaultRouteSettings"] == throttle("RequestsPerSecond")


def test_a_route_that_checks_a_password_or_calls_meta_is_throttled_more() -> None:
    open_to_all = {"GET /_/{file}", "GET /docs", "GET /docs/openapi.json", "ANY /reports"}  # the same for everybody
    guarded = {
        f"{event['Properties']['Method']} {event['Properties']['Path']}"
        for each in functions()
        if {"ADMIN_SECRET", "LOGIN_KEY_SECRET"} & set(each.environment)
        for event in each.events.values()
        if event["Type"] == "HttpApi"
    } - open_to_all

    assert guarded
    assert stage()["RouteSettings"] == dict.fromkeys(guarded, throttle("GuardedRequestsPerSecond"))


def test_requests_are_logged_without_path_and_query() -> None:
    settings = stage()["AccessLogSettings"]
    values = json.loads(settings["Format"]).values()

    assert referred(settings["DestinationArn"]) == {"ApiAccessLogs"}
    assert of_type("AWS::Logs::LogGroup")["ApiAccessLogs"]["RetentionInDays"] <= 3
    assert {"$context.requestId", "$context.routeKey", "$context.status", "$context.identity.sourceIp"} <= set(values)
    assert not [each for each in values if re.search("path|query|domain|userAgent|authorizer", each)]


# ---------------------------------------------------------------------------------------------- what can be watched
PARTS = parts.parts(of_type("AWS::SSM::Parameter")["StackParts"]["Value"]["Fn::Sub"])


def test_every_queue_is_watched_with_the_function_that_works_on_it() -> None:
    sources = {
        name: next(iter(referred(mapping["FunctionName"])))
        for mapping in MAPPINGS.values()
        for name in referred([mapping["EventSourceArn"], mapping.get("DestinationConfig")]) & set(QUEUES)
    }
    for queue, each in QUEUES.items():
        if "RedrivePolicy" in each and queue in sources:
            (failures,) = referred(each["RedrivePolicy"])
            sources.setdefault(failures, sources[queue])

    assert [each.url for each in PARTS.queues] == [f"${{{each.name}}}" for each in PARTS.queues]
    assert {each.name for each in PARTS.queues} == set(QUEUES)
    assert {each.name: each.function for each in PARTS.queues if each.name in sources} == sources


def test_the_log_of_every_function_and_every_schedule_is_watched() -> None:
    groups = {each.name: each.written["LoggingConfig"]["LogGroup"]["Ref"] for each in functions()}
    schedules = {
        each.name: event["Properties"]["ScheduleExpression"]
        for each in functions()
        for event in each.events.values()
        if event["Type"] == "ScheduleV2"
    }

    assert {each.function: each.group for each in PARTS.logs} == {name: f"${{{each}}}" for name, each in groups.items()}
    assert {each.function: each.expression for each in PARTS.schedules} == schedules


def allowed(documents: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """By action, the resources that policies allow it on."""
    found: dict[str, set[str]] = {}
    for document in documents:
        for statement in document["Statement"]:
            for action in strings(statement["Action"]):
                found.setdefault(action, set()).update(referred(statement["Resource"]))
    return found


def test_what_watches_may_see_every_queue_and_every_log() -> None:
    policies = of_type("AWS::IAM::ManagedPolicy")
    rights = allowed(each["PolicyDocument"] for each in policies.values())
    roles = {
        name
        for name, role in of_type("AWS::IAM::Role").items()
        if set(policies) <= referred(role.get("ManagedPolicyArns", []))
    }

    assert roles == {"StatusRole", "ConsoleRole"}
    assert rights["sqs:GetQueueAttributes"] == set(QUEUES)
    assert rights["logs:FilterLogEvents"] == {f"{each.name}Logs" for each in functions()}


def test_the_console_may_put_back_what_any_queue_gave_up() -> None:
    rights = allowed(each["PolicyDocument"] for each in of_type("AWS::IAM::Role")["ConsoleRole"]["Policies"])
    dead = {name for each in QUEUES.values() for name in referred(each.get("RedrivePolicy"))}

    assert rights["sqs:StartMessageMoveTask"] == rights["sqs:DeleteMessage"] == dead
    assert rights["sqs:SendMessage"] == {name for name, each in QUEUES.items() if "RedrivePolicy" in each}
    assert rights["sqs:ReceiveMessage"] == rights["sqs:ListMessageMoveTasks"] == set(QUEUES) - rights["sqs:SendMessage"]


# ------------------------------------------------------------------------------------------------- queues and streams
@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_for_failures_or_has_a_queue_for_them(queue: str) -> None:
    failures = {
        name
        for each in [*QUEUES.values(), *MAPPINGS.values()]
        for name in referred([each.get("RedrivePolicy"), each.get("DestinationConfig")])
    }

    assert queue in failures or "RedrivePolicy" in QUEUES[queue]


@pytest.mark.parametrize("queue", [name for name, each in QUEUES.items() if "RedrivePolicy" in each])
def test_a_message_that_failed_is_kept_for_a_week_at_least(queue: str) -> None:
    # Its age counts from when it was first sent, also in the failure queue.
    (failures,) = referred(QUEUES[queue]["RedrivePolicy"])
    kept, longest = QUEUES[queue]["MessageRetentionPeriod"], QUEUES[failures]["MessageRetentionPeriod"]

    assert kept >= 4 * DAY
    assert longest - kept >= 7 * DAY


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted(queue: str) -> None:
    assert QUEUES[queue]["SqsManagedSseEnabled"] is True


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


@pytest.mark.parametrize("mapping", QUEUE_MAPPINGS.values(), ids=QUEUE_MAPPINGS)
def test_work_from_a_queue_leaves_concurrency_to_redirects(mapping: dict[str, Any]) -> None:
    limit = mapping["ScalingConfig"]["MaximumConcurrency"]

    least = limit if isinstance(limit, int) else written()["Parameters"][limit["Ref"]]["MinValue"]
    assert least >= 2  # Lambda takes no less


def test_by_default_no_concurrency_is_reserved() -> None:
    # AWS refuses a reservation that leaves less than 100 to the account's other functions; a new account has 10.
    reserved = {
        name: each["ReservedConcurrentExecutions"]
        for name, each in of_type("AWS::Lambda::Function").items()
        if "ReservedConcurrentExecutions" in each
    }

    parameter = {"Ref": "RedirectConcurrency"}
    assert reserved == {"TrackRedirect": {"Fn::If": ["HasRedirectConcurrency", parameter, {"Ref": "AWS::NoValue"}]}}
    assert written()["Parameters"]["RedirectConcurrency"]["Default"] == 0
    assert written()["Conditions"]["HasRedirectConcurrency"] == {"Fn::Not": [{"Fn::Equals": [parameter, "0"]}]}


@pytest.mark.parametrize("mapping", STREAM_MAPPINGS.values(), ids=STREAM_MAPPINGS)
def test_no_record_of_a_stream_is_lost_or_blocks_others(mapping: dict[str, Any]) -> None:
    patterns = [json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"]]

    assert mapping["TumblingWindowInSeconds"] > 0  # without a window, events do not name their shard
    # what TTL deletes is nobody's business
    assert all(set(each["eventName"]) <= {"INSERT", "MODIFY"} for each in patterns)
    assert len(patterns) <= 5  # AWS Lambda's limit for one mapping
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


SCHEDULED = [each for each in functions() if "ScheduleV2" in str(each.events)]


@pytest.mark.parametrize("function", SCHEDULED, ids=lambda function: function.name)
def test_an_alarm_notices_that_a_schedule_does_not_run_but_not_while_the_stack_is_new(function: Function) -> None:
    """Lambda reports no zeros, and a stack that is not deployed yet reports nothing either.

    So the alarm adds zeros for the time when another metric shows that the stack is there, and passes over the rest.
    """
    alarm = ALARMS[f"{function.name}NotRun"]
    runs, presence = watched(alarm)
    expressions = {each["Id"]: each.get("Expression") for each in alarm["Metrics"]}

    assert runs["MetricName"] == "Invocations"
    assert referred(runs["Dimensions"]) == {function.name}
    assert expressions == {"invocations": "SUM([runs, zero])", "runs": None, "zero": "0 * reports", "reports": None}
    assert [each["Id"] for each in alarm["Metrics"] if each["ReturnData"]] == ["invocations"]
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "notBreaching"
    # SQS reports on a queue only while somebody polls it
    polled = {name for each in QUEUE_MAPPINGS.values() for name in referred(each["EventSourceArn"])}
    assert referred(presence["Dimensions"]) <= polled
    # It waits longer than from one run to the next, and no longer than CloudWatch can
    (period,) = {each["MetricStat"]["Period"] for each in alarm["Metrics"] if "MetricStat" in each}
    seconds = period * alarm["EvaluationPeriods"]
    schedule = function.events["Schedule"]["Properties"]["ScheduleExpression"]
    between = {"rate(5 minutes)": 300, "rate(1 hour)": 3600, "cron(0 6 * * ? *)": DAY}[schedule]
    assert seconds >= between + 2 * period
    assert seconds <= (7 * DAY if period >= 3600 else DAY)


@pytest.mark.parametrize("function", SCHEDULED, ids=lambda function: function.name)
def test_it_is_said_how_often_a_scheduled_event_is_tried(function: Function) -> None:
    # Otherwise Lambda tries twice more within 6 hours, in the middle of later runs.
    configurations = of_type("AWS::Lambda::EventInvokeConfig").values()
    (config,) = [each for each in configurations if referred(each["FunctionName"]) == {function.name}]

    assert config["MaximumRetryAttempts"] in (0, 1, 2)
    retry = function.events["Schedule"]["Properties"]["RetryPolicy"]
    assert config["MaximumEventAgeInSeconds"] == retry["MaximumEventAgeInSeconds"]


OUR_METRICS = {
    f"{name}-{metric['MetricName']}": metric
    for name, each in ALARMS.items()
    for metric in watched(each)
    if not metric["Namespace"].startswith("AWS/")
}
# What several functions count together, and the kit that does.
SHARED_METRICS = {"administration": "guards.py", "rate_limits": "rate_limit.py"}
OUR_ALARMS: dict[str, set[str]] = {each: set() for each in (*(each.folder for each in functions()), *SHARED_METRICS)}
for each in OUR_METRICS.values():
    OUR_ALARMS[each["Dimensions"][0]["Value"]].add(each["MetricName"])


@pytest.mark.parametrize("metric", OUR_METRICS.values(), ids=OUR_METRICS)
def test_an_alarm_on_our_own_metric_watches_one_that_is_written(metric: dict[str, Any]) -> None:
    (dimension,) = metric["Dimensions"]
    written_to = template_model.global_properties()["Environment"]["Variables"]["POWERTOOLS_METRICS_NAMESPACE"]

    assert dimension["Name"] == "service"
    assert metric["Namespace"] == resolve(written_to, Scope({}, {}))
    assert written_to == {"Fn::Sub": "Signpost/${AWS::StackName}"}  # so that two stacks do not share their metrics
    if kit := SHARED_METRICS.get(dimension["Value"]):
        assert f'"{metric["MetricName"]}"' in (ROOT / "layers/core/signpost/platform" / kit).read_text(encoding="utf-8")
    else:
        (function,) = [each for each in functions() if each.folder == dimension["Value"]]
        assert metric["MetricName"] in function.metrics()


# Metrics for information. None of them requires anybody to do anything.
WITHOUT_ALARM = {
    "AccountsConnected",
    "AccountsHealed",
    "AccountsMissing",  # the owner gets an e-mail
    "ClickRecords",
    "CommentsStored",
    "EmailAddressMissing",  # the operator's own choice
    "ConversationsCreated",
    "EmailsSent",
    "EngagementLookedAt",
    "Fetches",
    "FetchesHinted",
    "HashtagMediaStored",
    "HashtagPollsEnqueued",
    "HintMessages",
    "HoursSettled",
    "ImagesSent",
    "InsightsBackfilled",
    "InstallsCaredFor",
    "InstallsDue",
    "InvitesAccepted",
    "InvitesCreated",
    "MediaImported",
    "MediaStored",
    "NoticesMade",
    "PostsBackfilled",
    "PushTokensForgotten",  # somebody deleted the app
    "PushesSent",
    "PushesUnsent",  # the operator's own choice
    "PermissionsMissing",  # the owner gets an e-mail
    "SnapshotsDue",
    "SnapshotsTaken",
    "RefreshesFailed",  # Meta often extends nothing, and the owner gets an e-mail in time
    "SmsSent",
    "StoriesStored",
    "SyncsEnqueued",
    "TextsSent",
    "TokensRefreshed",
    "UploadsRefused",  # the member is told why
    "UploadsTaken",
    "UsersNew",
    "VideosSent",
    "WebhooksRefused",  # anybody can send some
}


# A function imports more than it runs.
NEVER_WRITTEN = {"media_backfill": {"AppBlocked", "HashtagQuotaUsedUp"}}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_metric_of_a_failure_has_an_alarm_for_each_function_that_writes_it(function: Function) -> None:
    shared = set().union(*(OUR_ALARMS[service] for service in SHARED_METRICS))
    written = function.metrics() - WITHOUT_ALARM - shared - NEVER_WRITTEN.get(function.folder, set())
    assert written == OUR_ALARMS[function.folder]


def test_every_metric_without_an_alarm_is_written() -> None:
    assert set().union(*(each.metrics() for each in functions())) >= WITHOUT_ALARM


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
TABLES = of_type("AWS::DynamoDB::Table")
WITHOUT_BACKUPS = {"ConsoleSessions", "RateLimits", "VisitorKeys"}  # what they delete must be gone


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_encrypted_and_costs_nothing_at_rest(table: str) -> None:
    assert TABLES[table]["SSESpecification"]["SSEEnabled"]
    assert TABLES[table]["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("table", sorted(WITHOUT_BACKUPS))
def test_what_a_table_without_backups_deletes_is_gone(table: str) -> None:
    assert not {"PointInTimeRecoverySpecification", "StreamSpecification"} & set(TABLES[table])
    assert TABLES[table]["TimeToLiveSpecification"]["Enabled"]
    assert "DeletionPolicy" not in expanded()[table]


@pytest.mark.parametrize("table", sorted(set(TABLES) - WITHOUT_BACKUPS))
def test_any_other_table_is_backed_up_and_outlives_a_production_stack(table: str) -> None:
    resource = expanded()[table]

    assert TABLES[table]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"]
    assert TABLES[table]["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}
    for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
        assert resource[policy] == {"Fn::If": ["IsProd", "Retain", "Delete"]}


@pytest.mark.parametrize("bucket", of_type("AWS::S3::Bucket"))
def test_a_bucket_is_private_encrypted_and_does_not_stop_the_deletion_of_its_stack(bucket: str) -> None:
    resource = expanded()[bucket]
    properties = resource["Properties"]

    assert properties["BucketEncryption"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    # CloudFormation deletes only empty buckets; one that was just created is.
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"
    assert resource["UpdateReplacePolicy"] == "Retain"


@pytest.mark.parametrize("bucket", of_type("AWS::S3::Bucket"))
def test_a_bucket_refuses_requests_without_tls(bucket: str) -> None:
    (policy,) = [each for each in of_type("AWS::S3::BucketPolicy").values() if referred(each["Bucket"]) == {bucket}]
    (statement,) = policy["PolicyDocument"]["Statement"]
    everything = [{"Fn::GetAtt": [bucket, "Arn"]}, {"Fn::Sub": f"${{{bucket}.Arn}}/*"}]

    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Resource"] == everything
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


# --------------------------------------------------------------------------------------------------- the whole template
NAMING = {
    *("AlarmName", "BucketName", "EmailIdentity", "FunctionName", "GroupName", "LogGroupName", "Name", "PolicyName"),
    *("QueueName", "RoleName", "TableName", "TopicName"),
}


def test_two_stacks_can_be_in_one_account() -> None:
    # A name can be taken only once, unless it is the stack's. Layers may share theirs, because versions have numbers.
    named = {
        f"{name}.{key}": value
        for name, each in expanded().items()
        for key, value in each.get("Properties", {}).items()
        if key in NAMING and not (isinstance(value, Mapping) and referred(value) <= expanded().keys())
    }

    assert named.pop("EventBus.Name") == {"Ref": "AWS::StackName"}
    # SES identities are shared by the account's stacks, so a stack adds one only on request.
    assert referred(named.pop("MailIdentity.EmailIdentity")) == {"MailDomain", "MailFrom"}
    assert expanded()["MailIdentity"]["Condition"] == "CreatesMailIdentity"
    assert written()["Parameters"]["CreateMailIdentity"]["Default"] == "no"
    assert referred(named.pop("ApiAccessLogs.LogGroupName")) == {"AWS::StackName"}
    # The API is called after the stack's resource, not by a name that must be unique.
    assert named == {}


REAL = {
    "FallbackUrl": "https://signpost.example/",
    "ReturnHosts": "www.signpost.example",
    "MailFrom": "hello@signpost.example",
    "AlarmEmail": "on-call@signpost.example",
}


def refused(stage: str, values: dict[str, str]) -> list[str]:
    """The parameters that the rules complain about."""
    given = template.parameter_values(written()["Parameters"], {"Stage": stage, **values})
    return [each.partition(":")[0] for each in broken_rules(written(), given)]


def test_no_placeholder_gets_into_production() -> None:
    assert refused("prod", REAL) == []
    assert refused("dev", {}) == []
    assert refused("prod", {}) == list(REAL)


def test_everything_that_names_example_com_is_a_placeholder() -> None:
    defaults = {name: str(each["Default"]) for name, each in written()["Parameters"].items()}

    assert {name for name, value in defaults.items() if "example.com" in value} <= set(REAL)


def test_every_parameter_and_condition_is_used() -> None:
    template = {key: value for key, value in written().items() if key != "Parameters"}
    conditions = set(template["Conditions"])
    named = set(re.findall(r"'Fn::If': \['(\w+)'|'Condition': '(\w+)'", str(template)))

    assert set(written()["Parameters"]) <= referred(template)
    assert conditions <= {name for pair in named for name in pair}


def test_the_readme_lists_the_functions() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert sorted(re.findall(r"^\| `(\w+)` +\|", readme, re.MULTILINE)) == sorted(each.folder for each in functions())
