"""Schedules on the local stack."""

import time
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.slow

TEMPLATE = """
Resources:
  Tidy:
    Type: AWS::Serverless::Function
    Properties:
      Handler: work.handler
      Events: { Often: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 minute) } } }
  Rule:
    Type: AWS::Serverless::Function
    Properties:
      Handler: work.handler
      Events: { Nightly: { Type: Schedule, Properties: { Schedule: "cron(0 3 * * ? *)" } } }
  Given:
    Type: AWS::Serverless::Function
    Properties:
      Handler: work.handler
      Events:
        Own: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 hour), Input: '{"mine": 1}' } }
"""
WORK = """
from seen import note

def handler(event, context):
    note(event)
"""


@pytest.fixture(scope="module")
def running(start: Callable[..., Any]) -> Any:
    return start(TEMPLATE, {"work": WORK})


def test_scheduler_event_has_aws_shape_and_the_moved_time(stage: Any) -> None:
    # Given a clock that is a day ahead
    before = time.time()
    stage.stack.set_clock_offset(86400)
    try:
        # When a schedule is run
        stage.stack.run_schedule("Tidy")
    finally:
        stage.stack.set_clock_offset(0)

    # Then the event is EventBridge Scheduler's
    (event,) = stage.notes("Tidy")
    assert event.pop("id")
    moment = time.mktime(time.strptime(event.pop("time"), "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    assert before - 1 < moment - 86400 <= time.time()
    assert event == {
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "123456789012",
        "region": "us-east-1",
        "resources": ["arn:aws:scheduler:us-east-1:123456789012:schedule/default/TidyOften"],
        "detail": "{}",
    }


def test_rule_event_has_aws_shape(stage: Any) -> None:
    # When a rule's schedule is run
    stage.stack.run_schedule("Rule")

    # Then the event is EventBridge's
    (event,) = stage.notes("Rule")
    assert (event["source"], event["detail-type"], event["detail"]) == ("aws.events", "Scheduled Event", {})


def test_input_of_the_template_is_the_event(stage: Any) -> None:
    # When a schedule with an input of its own is run
    stage.stack.run_schedule("Given")

    # Then the function gets just that
    assert stage.notes("Given") == [{"mine": 1}]


def test_function_without_schedule_cannot_be_run_by_one(stage: Any) -> None:
    with pytest.raises(KeyError):
        stage.stack.run_schedule("Nobody")
