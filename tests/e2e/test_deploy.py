"""`make deploy`, for real: built, deployed, changed and deleted on MiniStack, an emulator of AWS that needs no Docker.

What MiniStack does not do is tried all the same, and skipped with the reason. It runs functions in its own Python and
checks no rights, and it has no tumbling windows, so live counts cannot be tried. It refuses alarms on metric math, so
those on schedules that do not run are left out; and its queues stop when a concurrency is a parameter.
"""

import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from tests.http_events import basic
from tests.integration.local.waiting import until
from tests.samples import sample
from tests.template_model import ROOT, functions

pytestmark = pytest.mark.slow

MINISTACK = ROOT / ".cache" / "ministack" / "bin"
TOO_MUCH_FOR_MINISTACK = (
    (re.compile(r"^  Fn::ForEach::ScheduleAlarms:\n(    .*\n)+", re.MULTILINE), ""),
    (re.compile(r"MaximumConcurrency: !Ref \w+"), "MaximumConcurrency: 2"),
)
RUNTIME = "python3.13"
REGION = "eu-central-1"
PROCESSOR = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
SETTINGS = """
version = 0.1
[default.global.parameters]
stack_name = "{stack}"
region = "{region}"
[default.deploy.parameters]
parameter_overrides = ["Architecture={processor}", {parameters}]
"""
PRODUCTION = (
    "Stage=prod",
    "FallbackUrl=https://fallback.example/",
    "ReturnHosts=www.signpost.example",
    "MailFrom=hello@signpost.example",
    "AlarmEmail=on-call@signpost.example",
)


def version_of(python: Path | str) -> str:
    command = [str(python), "-c", "import sys; print('python%d.%d' % sys.version_info[:2])"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of commands that talk to it."""
    if version_of(MINISTACK / "python") != RUNTIME or version_of(RUNTIME) != RUNTIME:
        pytest.skip(f"packages are built for {RUNTIME}, which is not on PATH, or was not when make installed MiniStack")
    folder = tmp_path_factory.mktemp("ministack")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    clean = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTEST", "COV_", "MAKE"))
    }
    own = clean | {
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": port,
        "MINISTACK_REGION": REGION,
        "LAMBDA_EXECUTOR": "local",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "HOME": str(folder),
        "TMPDIR": str(folder),
    }
    url = f"http://127.0.0.1:{port}"
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen([MINISTACK / "ministack"], env=own, cwd=folder, stdout=log, stderr=log)
    try:
        until(lambda: process.poll() is not None or answers(url))
        assert process.poll() is None, (folder / "log.txt").read_text()
        yield clean | {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "made-up",
            "AWS_SECRET_ACCESS_KEY": "made-up",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "SAM_CLI_TELEMETRY": "0",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), str(ROOT / ".uv" / "bin"), clean["PATH"]]),
        }
    finally:
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/_ministack/health", timeout=5).ok
    except requests.ConnectionError:
        return False


class Deployer:
    """Runs what `make deploy` runs, in a copy of the repository."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder, self._environment = folder, environment

    def deploy(self, stage: str, *parameters: str) -> subprocess.CompletedProcess[str]:
        written = ", ".join(json.dumps(each) for each in parameters or ("Stage=dev",))
        text = SETTINGS.format(region=REGION, stack=f"signpost-{stage}", processor=PROCESSOR, parameters=written)
        (self._folder / f"samconfig.{stage}.toml").write_text(text, encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-m", "local.deploy", stage],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def deployed(self, stage: str, *parameters: str) -> "Stack":
        done = self.deploy(stage, *parameters)
        assert done.returncode == 0, done.stdout + done.stderr
        return Stack(f"signpost-{stage}", self._environment, done.stdout)


class Stack:
    """`output` is what the last deployment said."""

    def __init__(self, name: str, environment: dict[str, str], output: str) -> None:
        self.name, self._environment, self.output = name, environment, output
        self.cloudformation = self.client("cloudformation")

    def client(self, service: str) -> Any:
        return boto3.Session("made-up", "made-up", region_name=REGION).client(  # type: ignore[call-overload]
            service, endpoint_url=self._environment["AWS_ENDPOINT_URL"]
        )

    @property
    def description(self) -> dict[str, Any]:
        found: dict[str, Any] = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        return found

    @property
    def outputs(self) -> dict[str, str]:
        return {each["OutputKey"]: each["OutputValue"] for each in self.description["Outputs"]}

    def resources(self) -> dict[str, dict[str, Any]]:
        pages = self.cloudformation.get_paginator("list_stack_resources").paginate(StackName=self.name)
        return {each["LogicalResourceId"]: each for page in pages for each in page["StackResourceSummaries"]}

    def names(self, type_: str) -> set[str]:
        return {each["PhysicalResourceId"] for each in self.resources().values() if each["ResourceType"] == type_}

    def physical(self, name: str) -> str:
        return str(self.resources()[name]["PhysicalResourceId"])

    def settings(self, function: str) -> dict[str, str]:
        found = self.client("lambda").get_function_configuration(FunctionName=self.physical(function))
        variables: dict[str, str] = found["Environment"]["Variables"]
        return variables

    def invoke(self, function: str, event: dict[str, Any]) -> Any:
        done = self.client("lambda").invoke(FunctionName=self.physical(function), Payload=json.dumps(event))
        payload = done["Payload"].read()
        assert "FunctionError" not in done, payload
        return json.loads(payload)


@pytest.fixture(scope="module")
def deployer(emulator: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Deployer:
    folder = tmp_path_factory.mktemp("copy")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in listed.splitlines():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    template = folder / "template.yaml"
    text = template.read_text(encoding="utf-8")
    for pattern, instead in TOO_MUCH_FOR_MINISTACK:
        text, number = pattern.subn(instead, text)
        assert number == 1, pattern
    template.write_text(text, encoding="utf-8")
    return Deployer(folder, emulator)


@pytest.fixture(scope="module")
def one(deployer: Deployer) -> Stack:
    """A stack with nothing but defaults, until it is deployed again."""
    return deployer.deployed("one")


@pytest.mark.timeout(600)
def test_a_stack_is_created_with_the_default_parameters(one: Stack) -> None:
    assert {each["ResourceStatus"].rpartition("_")[2] for each in one.resources().values()} == {"COMPLETE"}
    assert one.outputs["ApiUrl"].startswith("https://")
    # And it prints the API's address and the next steps
    assert f"signpost-one answers on {one.outputs['ApiUrl']}" in one.output
    assert f"--secret-id {one.outputs['AdminCredentialsArn']}" in one.output


@pytest.mark.timeout(600)
@pytest.mark.parametrize("function", [each.name for each in functions()])
def test_a_function_starts_as_it_was_built(one: Stack, function: str) -> None:
    # Given an event that it has nothing to do for: no records, nothing that is due, or no route
    nothing = {"rawPath": "/nothing", "routeKey": "GET /nothing", "Records": []}
    sms = sample("messaging_outbound", "sms")  # which is not in the table
    sms["Records"][0]["eventSourceARN"] = f"arn:aws:sqs:{REGION}:123456789012:{queue_name(one.physical('SmsJobs'))}"
    events = {
        "ClickRollup": sample("click_rollup", "clicks-window_end"),
        "MessagingRelay": sample("messaging_relay", "changes-window_end"),
        "MessagingOutbound": sms,
        **dict.fromkeys(
            ("CampaignStats", "SyncSweep", "TokenSweep", "EngagementSweep"), sample("sync_sweep", "schedule")
        ),
    }

    reply = one.invoke(function, events.get(function, sample("front_page", "default-nothing", **nothing)))

    assert reply is None or "errorType" not in reply


@pytest.mark.timeout(600)
def test_a_link_is_created_and_followed(one: Stack) -> None:
    # Given the password that was generated
    secret = one.client("secretsmanager").get_secret_value(SecretId=one.outputs["AdminCredentialsArn"])["SecretString"]
    login = json.loads(secret)
    event = sample("campaign_admin", "create")
    event["headers"].update(basic(login["username"], login["password"]))

    # When a campaign is created and its link is followed
    created = one.invoke("CampaignAdmin", event)
    assert created["statusCode"] == 201, created
    campaign = json.loads(created["body"])
    path = f"/track/{campaign['id']}"
    followed = one.invoke("TrackRedirect", sample("track_redirect", "get", rawPath=path))

    # Then the browser is redirected, and the click is stored
    assert followed["statusCode"] == 307
    assert followed["headers"]["location"] != one.settings("TrackRedirect")["FALLBACK_URL"]
    clicks = one.client("dynamodb").scan(TableName=one.physical("Clicks"))["Items"]
    assert [each["partition"]["S"].partition("#")[0] for each in clicks] == [str(campaign["id"])]


@pytest.mark.timeout(600)
def test_somebody_registers(one: Stack) -> None:
    made = one.invoke("MessagingSignup", sample("messaging_signup", "rest-register"))

    assert made["statusCode"] == 200, made
    user = f"user#{json.loads(made['body'])['user']['id']}"
    stored = one.client("dynamodb").scan(TableName=one.physical("Messaging"))["Items"]
    assert user in {each["pk"]["S"] for each in stored}


@pytest.mark.timeout(600)
def test_a_queue_reaches_its_function(one: Stack) -> None:
    sqs, queue = one.client("sqs"), one.physical("WebhookHintJobs")
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"accounts": ["17841400000000001"], "received_at": 1.0}))

    def left() -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
        return sum(int(found[name]) for name in names)

    until(lambda: left() == 0)


@pytest.mark.timeout(600)
def test_a_stack_is_deployed_again_changed_and_protected(one: Stack, deployer: Deployer) -> None:
    # Given a stack, deployed again from a new build of the same sources
    versions = one.names("AWS::Lambda::LayerVersion")
    again = deployer.deployed("one")
    assert "No changes to deploy" in again.output
    assert again.names("AWS::Lambda::LayerVersion") == versions

    # When parameters are changed
    changed = deployer.deployed("one", "Stage=dev", "ClickBuckets=16", "MigrateApps=ann, ben")

    # Then it says so, and functions get the new values
    assert "Changes the stack's parameter ClickBuckets: 8 -> 16" in changed.output
    assert changed.description["StackStatus"] == "UPDATE_COMPLETE"
    assert changed.settings("TrackRedirect")["CLICK_BUCKETS"] == "16"
    assert changed.settings("InstagramConnect")["MIGRATE_APPS"] == "ann, ben"
    # And when the file forgets them, nothing is built or deployed
    refused = deployer.deploy("one")
    assert refused.returncode == 1
    assert "ClickBuckets is 16 and must not become 8" in refused.stderr
    assert "Build" not in refused.stdout
    assert changed.settings("TrackRedirect")["CLICK_BUCKETS"] == "16"


@pytest.mark.timeout(600)
def test_two_stacks_share_nothing_and_a_deleted_one_leaves_its_data_behind(one: Stack, deployer: Deployer) -> None:
    # Given a stack in production next to another one
    prod = deployer.deployed("prod", *PRODUCTION)
    assert prod.description["StackStatus"] == "CREATE_COMPLETE"

    # Then no resource is in both, and each has its own metrics
    mine, theirs = (
        {(each["ResourceType"], each["PhysicalResourceId"]) for each in stack.resources().values()}
        for stack in (one, prod)
    )
    assert mine & theirs == {("AWS::ApiGatewayV2::Stage", "$default")}  # which is the name that it has in its own API
    alarms = prod.client("cloudwatch").get_paginator("describe_alarms").paginate()
    spaces = [
        each["Namespace"] for page in alarms for each in page["MetricAlarms"] if each["MetricName"] == "ClicksSpilled"
    ]
    assert {"Signpost/signpost-one", "Signpost/signpost-prod"} <= set(spaces)
    assert len(spaces) == len(set(spaces))
    assert prod.settings("TrackRedirect")["POWERTOOLS_METRICS_NAMESPACE"] == "Signpost/signpost-prod"

    # And when it is deleted
    tables, queues = prod.names("AWS::DynamoDB::Table"), prod.names("AWS::SQS::Queue")
    passing = {prod.physical(name) for name in ("RateLimits", "VisitorKeys", "ConsoleSessions")}
    secret = prod.outputs["AdminCredentialsArn"]
    prod.cloudformation.delete_stack(StackName=prod.name)
    until(lambda: not exists(prod))

    # Then its tables are left but for those of passing data, its queues are not, and the other stack still works
    left = {
        name for page in prod.client("dynamodb").get_paginator("list_tables").paginate() for name in page["TableNames"]
    }
    assert tables - left == passing
    urls = prod.client("sqs").list_queues().get("QueueUrls", [])
    assert queue_names(queues) & queue_names(urls) == set()
    assert queue_names(one.names("AWS::SQS::Queue")) <= queue_names(urls)
    assert secret != one.outputs["AdminCredentialsArn"]
    assert one.invoke("FrontPage", sample("front_page", "default-home"))["statusCode"] == 200


def queue_name(url: str) -> str:
    """Without the host, which is not the same everywhere."""
    return url.rpartition("/")[2]


def queue_names(urls: Iterable[str]) -> set[str]:
    return set(map(queue_name, urls))


def exists(stack: Stack) -> bool:
    found = stack.cloudformation.list_stacks()["StackSummaries"]
    return any(each["StackName"] == stack.name and each["StackStatus"] != "DELETE_COMPLETE" for each in found)


@pytest.mark.timeout(600)
def test_production_is_not_deployed_with_placeholders(deployer: Deployer) -> None:
    refused = deployer.deploy("live", "Stage=prod")

    assert refused.returncode == 1
    assert "FallbackUrl: say where" in refused.stderr


def routes(stack: Stack) -> bool:
    return bool(stack.client("apigatewayv2").get_routes(ApiId=stack.physical("Api"))["Items"])


def expiry(stack: Stack) -> bool:
    found = stack.client("dynamodb").describe_time_to_live(TableName=stack.physical("Clicks"))
    return bool(found["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED")


def backups(stack: Stack) -> bool:
    found = stack.client("dynamodb").describe_continuous_backups(TableName=stack.physical("Clicks"))
    recovery = found["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return bool(recovery["PointInTimeRecoveryStatus"] == "ENABLED")


def windows(stack: Stack) -> bool:
    found = stack.client("lambda").get_event_source_mapping(UUID=stack.physical("ClickRollupClicks"))
    return bool(found.get("TumblingWindowInSeconds"))


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("works", "what"),
    [
        (routes, "the routes of an API's body"),
        (expiry, "a table's time to live"),
        (backups, "point-in-time recovery"),
        (windows, "tumbling windows"),
    ],
)
def test_what_the_template_declares_is_there(one: Stack, works: Callable[[Stack], bool], what: str) -> None:
    if not works(one):
        pytest.skip(f"MiniStack does not make {what}: only AWS shows it")
