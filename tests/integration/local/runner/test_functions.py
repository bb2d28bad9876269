"""Functions on the local stack: how they are called, how they fail, and that nothing of them is left behind."""

import contextlib
import io
import json
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from local.runner.errors import FunctionError
from local.runner.processes import child_pids

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
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
  Unknown: # moto's CloudFormation does not know it, and nobody needs it here
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
      CodeUri: code
      Handler: work.handler
      Runtime: python3.13
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
  One:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: code, Handler: work.handler, Runtime: python3.13, ReservedConcurrentExecutions: 1 }
  Broken:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: code, Handler: broken.handler, Runtime: python3.13 }
"""
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


def running(pid: int) -> bool:
    """Whether any thread of the process still runs."""
    states = []
    for status in Path("/proc").glob(f"{pid}/task/*/status"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            states.append("State:\tZ" in status.read_text(encoding="utf-8"))
    return not all(states)


def test_event_and_reply_pass_unchanged(stage: Any) -> None:
    # Given values that JSON can hold
    event = {"text": "é\n", "number": 1.5, "none": None, "list": [True]}

    # When the function returns what it is given
    # Then it is the same
    assert stage.stack.invoke("Work", event) == event


def test_environment_is_resolved_as_on_aws(stage: Any) -> None:
    # When a function looks at its environment
    environment = stage.stack.invoke("Work", {"environment": 1})

    # Then references are names, addresses and ARNs that work
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
    # When the table of a template with TimeToLiveSpecification is described
    description = stage.stack.client("dynamodb").describe_time_to_live(TableName="Table")["TimeToLiveDescription"]

    # Then it has it
    assert description == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}


def test_data_server_keeps_objects_and_connections(stage: Any) -> None:
    # Given an object that was put in chunks, as boto3 does with a stream
    s3 = stage.stack.client("s3")
    s3.create_bucket(Bucket="things")
    s3.put_object(Bucket="things", Key="a/é", Body=io.BytesIO(b"x" * 100_000), Metadata={"two_words": "1"})

    # When its head and then its body are asked for
    head = s3.head_object(Bucket="things", Key="a/é")
    body = s3.get_object(Bucket="things", Key="a/é")["Body"].read()

    # Then both are right, and the connection is still open for the next request
    assert (head["ContentLength"], head["Metadata"]) == (100_000, {"two_words": "1"})
    assert body == b"x" * 100_000
    assert "connection" not in {name.lower() for name in head["ResponseMetadata"]["HTTPHeaders"]}


def test_exception_is_an_error(stage: Any) -> None:
    # When the handler raises
    with pytest.raises(FunctionError) as raised:
        stage.stack.invoke("Work", {"raise": "é"})

    # Then its type and text come back, and the log has its trace
    assert (raised.value.error_type, raised.value.message) == ("ValueError", "é")
    assert any(line.startswith("[Work]") and "ValueError" in line for line in stage.lines)


def test_reply_that_looks_like_an_error_is_none(stage: Any) -> None:
    # Given a reply with the keys of Lambda's error
    reply = {"errorType": "a", "errorMessage": "b", "requestId": "c", "stackTrace": []}

    # When it is returned
    # Then it is an ordinary reply
    assert stage.stack.invoke("Work", reply) == reply


def test_time_out_ends_the_invocation_only(stage: Any) -> None:
    # When the handler takes longer than its Timeout
    started = time.monotonic()
    with pytest.raises(FunctionError, match="timed out after"):
        stage.stack.invoke("Work", {"sleep": 30})

    # Then it was ended at its time, and the next call works
    assert 1.9 < time.monotonic() - started < 15
    assert stage.stack.invoke("Work", 1) == 1


def test_exit_of_the_process_is_an_error_and_the_next_call_works(stage: Any) -> None:
    # When the handler ends its process
    with pytest.raises(FunctionError) as raised:
        stage.stack.invoke("Work", {"exit": 3})

    # Then that is an error, and the next call gets a new process
    assert raised.value.error_type == "Runtime.ExitError"
    assert stage.stack.invoke("Work", 1) == 1


def test_module_that_cannot_be_imported_is_an_error(stage: Any) -> None:
    # When a function's module raises
    # Then each call tells what
    for _ in range(2):
        with pytest.raises(FunctionError, match="RuntimeError: no setting"):
            stage.stack.invoke("Broken", {})


def test_kill_fails_the_call_in_flight_and_the_next_one_works(stage: Any, until: Callable[..., None]) -> None:
    # Given a call that is under way
    stage.forget()
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(stage.stack.invoke, "Work", {"sleep": 1.5})
        until(lambda: stage.notes("sleeping"))

        # When its process is killed
        killed = stage.stack.kill_function("Work")

        # Then the call fails at once, nothing of it is left, and the next one works
        with pytest.raises(FunctionError) as raised:
            call.result(timeout=1)
    assert killed
    assert raised.value.error_type == "Runtime.ExitError"
    until(lambda: not running(stage.notes("sleeping")[0]))
    assert stage.stack.invoke("Work", 1) == 1


@pytest.mark.parametrize("victim", ["python", "emulator"])
def test_half_of_an_environment_killed_takes_the_other_with_it(
    stage: Any, until: Callable[..., None], victim: str
) -> None:
    # Given an idle environment: the emulator, with Python as its child
    python = pid_of(stage)
    emulator = int(Path(f"/proc/{python}/stat").read_text(encoding="utf-8").split()[3])

    # When one of them is killed from outside
    killed = python if victim == "python" else emulator
    os.kill(killed, 9)
    until(lambda: not running(killed))

    # Then the other one is gone soon, without another call, and the next call is not affected
    until(lambda: not running(python) and not running(emulator), deadline_s=5)
    assert stage.stack.invoke("Work", 1) == 1


def test_emulator_killed_while_the_handler_runs_leaves_no_python(stage: Any, until: Callable[..., None]) -> None:
    # Given a handler that runs
    stage.forget()
    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(stage.stack.invoke, "Work", {"sleep": 1.9})
        until(lambda: stage.notes("sleeping"))
        python = stage.notes("sleeping")[0]
        emulator = int(Path(f"/proc/{python}/stat").read_text(encoding="utf-8").split()[3])

        # When the emulator alone is killed
        os.kill(emulator, 9)

        # Then the call fails and the handler does not go on
        with pytest.raises(FunctionError):
            call.result(timeout=1)
        until(lambda: not running(python), deadline_s=1)


def test_killed_stack_leaves_no_handler_running(tmp_path: Path, until: Callable[..., None]) -> None:
    # Given a stack in a process of its own, and a handler in it that would run for a minute
    source = "import os, time\ndef handler(event, context): print('pid', os.getpid(), flush=True); time.sleep(60)\n"
    (tmp_path / "work.py").write_text(source, encoding="utf-8")
    template = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties: { CodeUri: ., Handler: work.handler, Runtime: python3.13, Timeout: 60 }
    """
    (tmp_path / "template.yaml").write_text(textwrap.dedent(template), encoding="utf-8")
    program = "from local.runner.stack import LocalStack\nwith LocalStack('template.yaml') as s: s.invoke('Work', 1)"
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    ) as stack:
        assert stack.stdout is not None
        python = int(stack.stdout.readline().split()[-1])
        emulator = int(Path(f"/proc/{python}/stat").read_text(encoding="utf-8").split()[3])

        # When that process is killed
        stack.kill()

    # Then the emulator and the handler end with it
    until(lambda: not running(emulator) and not running(python), deadline_s=5)


def test_overlapping_calls_run_at_the_same_time(stage: Any) -> None:
    # When three calls come together
    with ThreadPoolExecutor(3) as pool:
        spans = list(pool.map(lambda _: stage.stack.invoke("Work", {"sleep": 1.2}), range(3)))

    # Then all run at once, in processes of their own
    assert max(start for start, _ in spans) < min(end for _, end in spans)


def test_reserved_concurrency_makes_callers_wait(stage: Any) -> None:
    # Given a function with ReservedConcurrentExecutions 1
    # When two calls come together
    with ThreadPoolExecutor(2) as pool:
        first, second = sorted(pool.map(lambda _: stage.stack.invoke("One", {"sleep": 0.2}), range(2)))

    # Then one waits for the other
    assert first[1] <= second[0]


def test_calls_one_after_another_share_a_process(stage: Any) -> None:
    # When calls do not overlap
    # Then they meet the same process
    assert pid_of(stage) == pid_of(stage)


def test_changed_source_is_used(stage: Any, until: Callable[..., None]) -> None:
    # Given a function that has been called, with a layer
    module = stage.folder / "layer" / "from_layer.py"
    module.write_text("VALUE = 'old'", encoding="utf-8")
    until(lambda: _layer_value(stage) == "old")

    # When a file of its layer is changed
    module.write_text("VALUE = 'newer'", encoding="utf-8")

    # Then calls soon see the change
    until(lambda: _layer_value(stage) == "newer")


def _layer_value(stage: Any) -> Any:
    try:
        return stage.stack.invoke("Work", {"layer": 1})
    except FunctionError:
        return None


def test_clock_moves_for_functions(stage: Any) -> None:
    # Given a function that has been started at real time
    before, _ = stage.stack.invoke("Work", {"time": 1})
    assert abs(before - time.time()) < 5

    try:
        # When the clock is moved by an hour
        stage.stack.set_clock_offset(3600)
        seconds, nanoseconds = stage.stack.invoke("Work", {"time": 1})
        left = stage.stack.invoke("Work", {"context": 1})["left"]
    finally:
        stage.stack.set_clock_offset(0)

    # Then the function sees that at once, on both of its clocks, and real time again afterwards
    assert 3595 < seconds - time.time() < 3605
    assert abs(nanoseconds / 1e9 - seconds) < 1
    assert abs(stage.stack.invoke("Work", {"time": 1})[0] - time.time()) < 5
    # And its time-out of 2 s is still that long
    assert 1 < left / 1000 <= 2


def test_warming_starts_the_process_but_calls_no_handler(start: Callable[..., Any]) -> None:
    # Given a function that has not been called
    template = """
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties: { CodeUri: code, Handler: work.handler, Runtime: python3.13 }
    """
    source = "from seen import note\nnote('started')\ndef handler(event, context): note('called'); return 1\n"
    stage = start(template, {"work": source})

    # When it is warmed
    stage.stack.warm("Work")

    # Then its module is loaded and no more, and a call uses that process
    assert stage.notes("Work") == ["started"]
    assert stage.stack.invoke("Work", {}) == 1
    assert stage.notes("Work") == ["started", "called"]
    assert not any("Unmarshal" in line for line in stage.lines)


def test_invocation_costs_about_a_millisecond(stage: Any) -> None:
    # Given a warm function
    stage.stack.invoke("Work", 1)

    # When it is called 200 times
    started = time.process_time()
    for _ in range(200):
        stage.stack.invoke("Work", 1)

    # Then the stack computes little; the limit is ten times of what was measured, for slow machines
    assert (time.process_time() - started) / 200 < 0.02


def test_children_end_with_the_stack(start: Callable[..., Any]) -> None:
    # Given a stack of its own, with a handler that runs
    before = set(child_pids(os.getpid()))
    template = """
    Resources:
      Work:
        Type: AWS::Serverless::Function
        Properties: { CodeUri: code, Handler: work.handler, Runtime: python3.13, Timeout: 30 }
    """
    stage = start(template, {"work": "import time\ndef handler(event, context): time.sleep(event)\n"})
    failed: list[FunctionError] = []

    def call() -> None:
        try:
            stage.stack.invoke("Work", 20)
        except FunctionError as error:
            failed.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    deadline = time.monotonic() + 10
    while stage.stack.idle() and time.monotonic() < deadline:
        time.sleep(0.01)

    # When it is left
    started = time.monotonic()
    stage.stack.__exit__(None, None, None)
    thread.join(5)

    # Then it ends without waiting for it, the call has failed, and no process is left
    assert time.monotonic() - started < 15
    assert failed
    assert set(child_pids(os.getpid())) <= before
