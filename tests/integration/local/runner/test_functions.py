"""Functions on the local stack: how they are called, how they fail, and that nothing of them is left behind."""

import contextlib
import io
import json
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local.runner.errors import FunctionError
from local.runner.processes import child_pids
from tests.integration.local.waiting import until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[4]
TEMPLATE = """
Parameters:
  Colour: { Type: String, Default: red }
Resources:
  Layer:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: layer }
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      TimeToLiveSpecification: { AttributeName: ttl, Enabled: true }
      AttributeDefinitions: [{ AttributeName: id, AttributeType: S }]
      KeySchema: [{ AttributeName: id, KeyType: HASH }]
  Queue: { Type: AWS::SQS::Queue }
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: !Ref AWS::StackName } }
  Mail: { Type: AWS::SES::EmailIdentity, Properties: { EmailIdentity: mail@example.com } }
  Unknown: # moto's CloudFormation does not know it, and no function needs it
    Type: AWS::CloudWatch::Alarm
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{ Name: FunctionName, Value: !Ref Work }, { Name: Queue, Value: !GetAtt Queue.QueueName }]
      Statistic: Sum
      Period: 300
      EvaluationPeriods: 1
      ComparisonOperator: GreaterThanThreshold
      Threshold: 1
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString: { SecretStringTemplate: '{"name": "x"}', GenerateStringKey: key, PasswordLength: 20 }
  Work:
    Type: AWS::Serverless::Function
    Properties:
      Handler: work.handler
      Timeout: 2
      MemorySize: 256
      Layers: [!Ref Layer]
      Environment:
        Variables:
          TABLE: !Ref Table
          QUEUE: !Ref Queue
          QUEUE_ARN: !GetAtt Queue.Arn
          SECRET: !Ref Secret
          BUS: !Ref Bus
          MAIL: !Ref Mail
          COLOUR: !Sub "${Colour}-${AWS::Region}"
  Long: { Type: AWS::Serverless::Function, Properties: { Handler: work.handler } }
  One: { Type: AWS::Serverless::Function, Properties: { Handler: work.handler, ReservedConcurrentExecutions: 1 } }
  Broken: { Type: AWS::Serverless::Function, Properties: { Handler: broken.handler } }
"""
ONE_FUNCTION = "Resources: { Work: { Type: AWS::Serverless::Function, Properties: { Handler: work.handler } } }"
WORK = """
import os, time
from seen import note

def handler(event, context):
    match event:
        case {"sleep": seconds}:
            started = time.monotonic()
            note(os.getpid(), "sleeping")
            time.sleep(seconds)
            return [started, time.monotonic()]
        case {"meet": number}:
            note(os.getpid(), "met")
            while len(open(os.path.join(os.environ["SEEN"], "met")).readlines()) < number:
                time.sleep(0.01)
            return os.getpid()
        case {"raise": text}:
            raise ValueError(text)
        case {"exit": code}:
            os._exit(code)
        case {"time": _}:
            return [time.time(), time.time_ns()]
        case {"layer": _}:
            import from_layer
            return from_layer.VALUE
        case {"environment": _}:
            return dict(os.environ)
        case {"context": _}:
            return {"pid": os.getpid(), "name": context.function_name, "memory": context.memory_limit_in_mb,
                    "left": context.get_remaining_time_in_millis()}
    return event
"""


@pytest.fixture(scope="module")
def stage(start: Callable[..., Any]) -> Any:
    stage = start(TEMPLATE, {"work": WORK, "broken": "raise RuntimeError('no setting')"})
    (stage.folder / "layer" / "python").mkdir(parents=True)
    return stage


def pid_of(stage: Any, function: str = "Work") -> int:
    pid: int = stage.stack.invoke(function, {"context": 1})["pid"]
    return pid


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").split()[3])


def running(pid: int) -> bool:
    """Whether any thread of the process still runs."""
    states = []
    for status in Path("/proc").glob(f"{pid}/task/*/status"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            states.append("State:\tZ" in status.read_text(encoding="utf-8"))
    return not all(states)


def test_event_and_reply_pass_unchanged(stage: Any) -> None:
    event = {"text": "é\n", "number": 1.5, "none": None, "list": [True]}

    assert stage.stack.invoke("Work", event) == event


def test_environment_is_resolved_as_on_aws(stage: Any) -> None:
    environment = stage.stack.invoke("Work", {"environment": 1})

    # References are names, addresses and ARNs that work
    assert environment["TABLE"] == "Table"
    assert environment["QUEUE_ARN"] == "arn:aws:sqs:us-east-1:123456789012:Queue"
    assert environment["COLOUR"] == "red-us-east-1"
    stage.stack.client("sqs").get_queue_attributes(QueueUrl=environment["QUEUE"])
    secret = stage.stack.client("secretsmanager").get_secret_value(SecretId=environment["SECRET"])
    assert len(json.loads(secret["SecretString"])["key"]) == 20
    assert environment["BUS"] == stage.stack.client("events").describe_event_bus(Name="local")["Name"]
    assert stage.stack.client("sesv2").get_email_identity(EmailIdentity=environment["MAIL"])["IdentityType"]
    # And the rest is Lambda's
    assert environment["AWS_LAMBDA_FUNCTION_NAME"] == "Work"
    assert environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert environment["AWS_ENDPOINT_URL"] == stage.stack.aws_endpoint
    assert not any(name.startswith("PYTEST") for name in environment)


def test_time_to_live_is_on(stage: Any) -> None:
    description = stage.stack.client("dynamodb").describe_time_to_live(TableName="Table")["TimeToLiveDescription"]

    assert description == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}


def test_data_server_keeps_objects_and_connections(stage: Any) -> None:
    # Given an object that was put in chunks, as boto3 does with a stream
    s3 = stage.stack.client("s3")
    s3.create_bucket(Bucket="things")
    s3.put_object(Bucket="things", Key="a/é", Body=io.BytesIO(b"x" * 100_000), Metadata={"two_words": "1"})

    # When its head and then its body are read
    head = s3.head_object(Bucket="things", Key="a/é")
    body = s3.get_object(Bucket="things", Key="a/é")["Body"].read()

    # Then both are right, and the connection is still open for the next request
    assert (head["ContentLength"], head["Metadata"]) == (100_000, {"two_words": "1"})
    assert body == b"x" * 100_000
    assert "connection" not in {name.lower() for name in head["ResponseMetadata"]["HTTPHeaders"]}


def test_exception_is_an_error(stage: Any) -> None:
    with pytest.raises(FunctionError) as raised:
        stage.stack.invoke("Work", {"raise": "é"})

    # Then its type and text come back, and the log has its trace
    assert (raised.value.error_type, raised.value.message) == ("ValueError", "é")
    assert any(line.startswith("[Work]") and "ValueError" in line for line in stage.lines)


def test_reply_with_the_keys_of_an_error_is_a_reply(stage: Any) -> None:
    reply = {"errorType": "a", "errorMessage": "b", "requestId": "c", "stackTrace": []}

    assert stage.stack.invoke("Work", reply) == reply


def test_time_out_ends_the_invocation_only(stage: Any) -> None:
    with pytest.raises(FunctionError, match="timed out after 2"):
        stage.stack.invoke("Work", {"sleep": 30})

    assert stage.stack.invoke("Work", 1) == 1


def test_exit_of_the_process_is_an_error_and_the_next_call_works(stage: Any) -> None:
    with pytest.raises(FunctionError) as raised:
        stage.stack.invoke("Work", {"exit": 3})

    assert raised.value.error_type == "Runtime.ExitError"
    assert stage.stack.invoke("Work", 1) == 1


def test_module_that_cannot_be_imported_is_an_error(stage: Any) -> None:
    for _ in range(2):
        with pytest.raises(FunctionError, match="RuntimeError: no setting"):
            stage.stack.invoke("Broken", {})


def test_kill_fails_the_call_in_flight_and_the_next_one_works(stage: Any) -> None:
    # Given a call that takes a minute
    stage.forget()
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(stage.stack.invoke, "Long", {"sleep": 50})
        until(lambda: stage.notes("sleeping"))

        # When its process is killed
        killed = stage.stack.kill_function("Long")

        # Then the call fails, nothing of it is left, and the next one works
        with pytest.raises(FunctionError) as raised:
            call.result()
    assert killed
    assert raised.value.error_type == "Runtime.ExitError"
    until(lambda: not running(stage.notes("sleeping")[0]))
    assert stage.stack.invoke("Long", 1) == 1


@pytest.mark.parametrize("victim", ["python", "emulator"])
def test_half_of_an_environment_killed_takes_the_other_with_it(stage: Any, victim: str) -> None:
    # Given an idle environment: the emulator, with Python as its child
    python = pid_of(stage)
    emulator = parent_of(python)

    # When one of them is killed from outside
    killed = python if victim == "python" else emulator
    os.kill(killed, 9)
    until(lambda: not running(killed))

    # Then the other one goes too, without another call, and the next call is not affected
    until(lambda: not running(python) and not running(emulator))
    assert stage.stack.invoke("Work", 1) == 1


def test_emulator_killed_while_the_handler_runs_leaves_no_python(stage: Any) -> None:
    # Given a handler that would run for minutes
    stage.forget()
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(stage.stack.invoke, "Long", {"sleep": 600})
        until(lambda: stage.notes("sleeping"))
        python = stage.notes("sleeping")[0]
        emulator = parent_of(python)

        # When the emulator alone is killed
        os.kill(emulator, 9)

        # Then the call fails and the handler ends
        with pytest.raises(FunctionError):
            call.result()
        until(lambda: not running(python))


def test_killed_stack_leaves_no_handler_running(tmp_path: Path) -> None:
    # Given a stack in a process of its own, and a handler in it that would run for minutes
    source = "import os, time\ndef handler(event, context): print('pid', os.getpid(), flush=True); time.sleep(600)\n"
    (tmp_path / "work.py").write_text(source, encoding="utf-8")
    template = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties: { CodeUri: ., Handler: work.handler, Runtime: python3.13, Timeout: 600 }
    """
    (tmp_path / "template.yaml").write_text(textwrap.dedent(template), encoding="utf-8")
    program = "from local.runner.stack import LocalStack\nwith LocalStack('template.yaml') as s: s.invoke('Work', 1)"
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    ) as stack:
        assert stack.stdout is not None
        python = int(stack.stdout.readline().split()[-1])
        emulator = parent_of(python)

        # When that process is killed
        stack.kill()

    # Then the emulator and the handler end with it
    until(lambda: not running(emulator) and not running(python))


def test_overlapping_calls_run_at_the_same_time(stage: Any) -> None:
    # When three calls wait for one another
    with ThreadPoolExecutor(3) as pool:
        pids = set(pool.map(lambda _: stage.stack.invoke("Long", {"meet": 3}), range(3)))

    # Then they meet, each in its own process
    assert len(pids) == 3


def test_reserved_concurrency_makes_callers_wait(stage: Any) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(lambda _: stage.stack.invoke("One", {"sleep": 0.2}), range(2)))

    assert first[1] <= second[0]


def test_calls_one_after_another_share_a_process(stage: Any) -> None:
    assert pid_of(stage) == pid_of(stage)


def test_changed_source_is_used(stage: Any) -> None:
    module = stage.folder / "layer" / "from_layer.py"
    module.write_text("VALUE = 'old'", encoding="utf-8")
    until(lambda: _layer_value(stage) == "old")

    module.write_text("VALUE = 'newer'", encoding="utf-8")

    until(lambda: _layer_value(stage) == "newer")


def _layer_value(stage: Any) -> Any:
    try:
        return stage.stack.invoke("Work", {"layer": 1})
    except FunctionError:
        return None


def test_clock_moves_for_functions(stage: Any) -> None:
    def hours_ahead() -> list[int]:
        seconds, nanoseconds = stage.stack.invoke("Work", {"time": 1})
        return [round((each - time.time()) / 3600) for each in (seconds, nanoseconds / 1e9)]

    # Given a function that has been started at real time
    assert hours_ahead() == [0, 0]

    try:
        # When the clock is moved by five hours
        stage.stack.set_clock_offset(5 * 3600)
        moved = hours_ahead()
        left = stage.stack.invoke("Long", {"context": 1})["left"]
    finally:
        stage.stack.set_clock_offset(0)

    # Then both of the function's clocks show that, and real time again afterwards; its timeout is still a minute
    assert (moved, hours_ahead()) == ([5, 5], [0, 0])
    assert 0 < left <= 60_000


def test_warming_starts_the_process_but_calls_no_handler(start: Callable[..., Any]) -> None:
    source = "from seen import note\nnote('started')\ndef handler(event, context): note('called'); return 1\n"
    stage = start(ONE_FUNCTION, {"work": source})

    stage.stack.warm("Work")

    # The module is loaded and no more, and a call uses that process
    assert stage.notes("Work") == ["started"]
    assert stage.stack.invoke("Work", {}) == 1
    assert stage.notes("Work") == ["started", "called"]
    assert not any("Unmarshal" in line for line in stage.lines)


def test_children_end_with_the_stack(start: Callable[..., Any]) -> None:
    # Given a stack of its own, with a handler that runs for most of a minute
    before = set(child_pids(os.getpid()))
    stage = start(ONE_FUNCTION, {"work": "import time\ndef handler(event, context): time.sleep(50)\n"})
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(stage.stack.invoke, "Work", 1)
        until(lambda: not stage.stack.idle())

        # When it is left
        stage.stack.__exit__(None, None, None)

        # Then the call fails, for the stack did not wait for it, and no process is left
        with pytest.raises(FunctionError):
            call.result()
    assert set(child_pids(os.getpid())) <= before
