"""Moto's CloudWatch has what functions log and how full queues are, as on AWS."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.integration.local.waiting import until

pytestmark = pytest.mark.slow

TEMPLATE = """
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties: { Handler: work.handler, LoggingConfig: { LogGroup: !Ref WorkLogs } }
  WorkLogs: { Type: AWS::Logs::LogGroup }
  Failures: { Type: AWS::SQS::Queue }
  Jobs:
    Type: AWS::SQS::Queue
    Properties: { RedrivePolicy: { deadLetterTargetArn: !GetAtt Failures.Arn, maxReceiveCount: 1 } }
"""
WORK = """
import json, time

def handler(event, context):
    metric = {"Namespace": "Test", "Dimensions": [["service"]], "Metrics": [{"Name": "Jobs", "Unit": "Count"}]}
    print("working")
    print(json.dumps({"_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [metric]},
                      "service": "work", "Jobs": [3]}))
    print('{"_aws": "something else"}')
"""


@pytest.fixture(scope="module")
def running(start: Callable[..., Any]) -> Any:
    return start(TEMPLATE, {"work": WORK})


def values(stage: Any, namespace: str, metric: str, dimension: dict[str, str]) -> list[float]:
    now = time.time()
    stat = {"Metric": {"Namespace": namespace, "MetricName": metric, "Dimensions": [dimension]}}
    found = stage.stack.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": {**stat, "Period": 60, "Stat": "Sum"}}],
        StartTime=datetime.fromtimestamp(now - 600, UTC),
        EndTime=datetime.fromtimestamp(now + 60, UTC),
    )
    numbers: list[float] = found["MetricDataResults"][0]["Values"]
    return numbers


def test_lines_are_in_the_functions_log_and_their_metrics_too(stage: Any) -> None:
    stage.stack.invoke("Work", {})

    def lines() -> list[str]:
        events = stage.stack.client("logs").filter_log_events(logGroupName="WorkLogs")["events"]
        return [each["message"] for each in events]

    until(lambda: len(lines()) >= 3)
    assert lines()[0] == "working"
    assert values(stage, "Test", "Jobs", {"Name": "service", "Value": "work"}) == [3.0]


def test_the_depth_of_queues_is_measured(stage: Any) -> None:
    until(
        lambda: values(stage, "AWS/SQS", "ApproximateNumberOfMessagesVisible", {"Name": "QueueName", "Value": "Jobs"})
    )


def test_messages_go_back_to_the_queue_that_they_came_from(stage: Any) -> None:
    sqs = stage.stack.client("sqs")
    jobs, failures = (sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in ("Jobs", "Failures"))
    arn = sqs.get_queue_attributes(QueueUrl=failures, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.send_message(QueueUrl=failures, MessageBody="again")

    sqs.start_message_move_task(SourceArn=arn)

    assert [each["Body"] for each in sqs.receive_message(QueueUrl=jobs)["Messages"]] == ["again"]
    (task,) = sqs.list_message_move_tasks(SourceArn=arn)["Results"]
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 1)
