"""Puts a failure queue's messages back to where they came from: `python -m signpost.operation.redrive QUEUE STACK`.

Without the name of one, it lists the failure queues. Stacks are found as in `signpost.tracking.replay`.
"""

import sys
import time
from collections.abc import Callable

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import Progress

from signpost.operation.parts_client import PartsClient
from signpost.operation.queue_client import QueueClient
from signpost.platform import aws
from signpost.platform.clock import system_clock
from signpost.platform.errors import Conflict, SignpostError


def main(arguments: list[str], *, sleep: Callable[[float], None] = time.sleep) -> int:  # noqa: TID251  (a command, not a function)
    name, stack = (*arguments, "", "")[:2]
    try:
        parts, queues = PartsClient(aws.ssm(), _parameter(stack), system_clock).parts(), QueueClient(aws.sqs())
        depths = {each.name: (each, queues.depth(each.url)) for each in parts.queues}
        failures = {name: found for name, found in depths.items() if found[1].failures is None}
        if name not in failures:
            return _list(name, {each: depth.visible for each, (_, depth) in failures.items()})
        queue, depth = failures[name]
        if not depth.visible:
            print(f"Nothing waits in {name}.")
            return 0
        return _put_back(queues, queues.arn(queue.url), depth.visible, sleep)
    except (BotoCoreError, ClientError, SignpostError) as error:
        print(f"Stopped: {error}", file=sys.stderr)
        return 1


def _put_back(queues: QueueClient, arn: str, number: int, sleep: Callable[[float], None]) -> int:
    try:
        queues.put_back(arn)
    except Conflict:
        print("Its messages are being put back already.")
    with Progress() as shown:
        task = shown.add_task("Putting back", total=number)
        while (moved := queues.moved(arn)) is not None and moved.is_running:
            shown.update(task, completed=moved.moved, total=moved.total or number)
            sleep(1)
        shown.update(task, completed=moved.moved if moved else number)
    if moved is not None and moved.state != "COMPLETED":
        print(f"SQS stopped after {moved.moved} of {number} messages: {moved.state}.", file=sys.stderr)
        return 1
    print(f"{moved.moved if moved else number} messages put back.")
    return 0


def _list(name: str, waiting: dict[str, int]) -> int:
    if name:
        print(f"There is no failure queue named {name}.", file=sys.stderr)
    for each, number in waiting.items():
        print(f"{number:>7}  {each}")
    print("To put the messages of one back: make redrive QUEUE=… STACK=…")
    return 2 if name else 0


def _parameter(stack: str) -> str:
    reply = boto3.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="StackParts")
    return reply["StackResourceDetail"]["PhysicalResourceId"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
