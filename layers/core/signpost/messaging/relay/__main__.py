"""Relays once more what MessagingRelayFailures names: `python -m signpost.messaging.relay STACK`.

Stacks are found as in `signpost.tracking.replay`. Who gets something a second time recognises it.
"""

import json
import sys

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from signpost.messaging.relay import wiring
from signpost.messaging.relay.again import span
from signpost.messaging.relay.relaying import Relay
from signpost.messaging.relay.stream_client import StreamClient
from signpost.platform import aws
from signpost.platform.errors import Unavailable


def main(arguments: list[str]) -> int:
    stack = arguments[0] if arguments else "signpost"
    try:
        settings = wiring.Settings(
            messaging_table=_name(stack, "Messaging"),
            messaging_queue=_name(stack, "MessagingJobs"),
            sms_queue=_name(stack, "SmsJobs"),
            push_queue=_name(stack, "PushJobs"),
            email_queue=_name(stack, "EmailJobs"),
            relay_failures_queue=_name(stack, "MessagingRelayFailures"),
            event_bus=_name(stack, "EventBus"),
        )
        table = boto3.client("dynamodb").describe_table(TableName=settings.messaging_table)["Table"]
        stream = StreamClient(boto3.client("dynamodbstreams"), table["LatestStreamArn"])
        relayed, left = again(wiring.build(settings), stream, settings.relay_failures_queue)
    except (BotoCoreError, ClientError, Unavailable) as error:
        print(f"Stopped: {error} Run it again for the rest.", file=sys.stderr)
        return 1
    print(f"{relayed} records relayed, {left} still cannot be read: they stay in the queue.")
    return 1 if left else 0


def again(relay: Relay, stream: StreamClient, queue: str) -> tuple[int, int]:
    """Relay what the messages in the queue name, and delete them; returns how many records were and were not relayed.

    Raises:
        Unavailable: not all were relayed.
    """
    relayed = left = 0
    while messages := aws.sqs().receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            wanted = span(json.loads(message["Body"]))
            records = list(stream.records(wanted))
            result = relay.apply(wanted.mark, records)
            if result.again:
                raise Unavailable(result.again[0].reason)
            relayed, left = relayed + len(records) - len(result.poison), left + len(result.poison)
            if not result.poison:
                aws.sqs().delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return relayed, left


def _name(stack: str, logical_id: str) -> str:
    reply = boto3.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    return reply["StackResourceDetail"]["PhysicalResourceId"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
