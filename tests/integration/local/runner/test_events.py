"""Rules with an event pattern on the local stack."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.runner.errors import TemplateError
from tests.integration.local.waiting import until

pytestmark = pytest.mark.slow

TEMPLATE = """
Resources:
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: shop } }
  Orders: { Type: AWS::SQS::Queue }
  OrderRule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: { source: [shop], detail-type: [Ordered] }
      Targets: [{ Id: orders, Arn: !GetAtt Orders.Arn, DeadLetterConfig: { Arn: !GetAtt Lost.Arn } }]
  Lost: { Type: AWS::SQS::Queue }
  OrderPolicy:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Allow
            Principal: { Service: events.amazonaws.com }
            Action: sqs:SendMessage
            Resource: !GetAtt Orders.Arn
            Condition: { ArnEquals: { "aws:SourceArn": !GetAtt OrderRule.Arn } }
  Pack:
    Type: AWS::Serverless::Function
    Properties:
      Handler: work.handler
      Events: { Orders: { Type: SQS, Properties: { Queue: !GetAtt Orders.Arn } } }
"""
WORK = """
import json
from seen import note

def handler(event, context):
    for record in event["Records"]:
        note(json.loads(record["body"]))
"""


def test_events_that_match_the_pattern_go_to_the_queue(start: Callable[..., Any]) -> None:
    # Given a function behind a queue that a rule sends to
    stage = start(TEMPLATE, {"work": WORK})

    # When events are sent to the bus
    entries = [
        {"EventBusName": "shop", "Source": source, "DetailType": kind, "Detail": json.dumps({"order": number})}
        for number, (source, kind) in enumerate([("shop", "Returned"), ("other", "Ordered"), ("shop", "Ordered")])
    ]
    stage.stack.client("events").put_events(Entries=entries)
    until(lambda: stage.notes("Pack"))
    until(stage.stack.idle)

    # Then the function has those that the rule is for, whole
    (event,) = stage.notes("Pack")
    assert (event["source"], event["detail-type"], event["detail"]) == ("shop", "Ordered", {"order": 2})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("!GetAtt Orders.Arn, Dead", "!GetAtt Pack.Arn, Dead"), "are queues"),
        (("{ Id: orders,", "{ Id: orders, Input: '{}',"), "whole event"),
    ],
)
def test_other_targets_are_refused(change: tuple[str, str], message: str, start: Callable[..., Any]) -> None:
    with pytest.raises(TemplateError, match=message):
        start(TEMPLATE.replace(*change), {"work": WORK})


OF_FILES = """
Resources:
  Files:
    Type: AWS::S3::Bucket
    Properties: { NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } } }
  Others: { Type: AWS::S3::Bucket }
  Arrivals: { Type: AWS::SQS::Queue }
  ArrivalRule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.s3]
        detail-type: [Object Created]
        detail: { object: { key: [{ prefix: in/ }] } }
      Targets: [{ Id: arrivals, Arn: !GetAtt Arrivals.Arn }]
  Pack:
    Type: AWS::Serverless::Function
    Properties:
      Handler: work.handler
      Events: { Arrivals: { Type: SQS, Properties: { Queue: !GetAtt Arrivals.Arn } } }
"""


def test_a_bucket_that_notifies_eventbridge_announces_its_objects(start: Callable[..., Any]) -> None:
    # Given a bucket that notifies EventBridge, and one that does not
    stage = start(OF_FILES, {"work": WORK})

    # When objects are put into both
    s3 = stage.stack.client("s3")
    for bucket, key in (("others", "in/0"), ("files", "out/1"), ("files", "in/2")):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    until(lambda: stage.notes("Pack"))
    until(stage.stack.idle)

    # Then the function has the one that the rule is for
    (event,) = stage.notes("Pack")
    assert (event["detail"]["bucket"]["name"], event["detail"]["object"]["key"]) == ("files", "in/2")
