"""Puts clicks from a log of TrackRedirect back into a stack: `python -m signpost.tracking.replay FILE STACK`.

A deployed stack is found as by every AWS tool: by AWS_PROFILE, AWS_REGION and so on. The local one has the name `local`
and is found by AWS_ENDPOINT_URL.
"""

import sys
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from rich.progress import open as open_with_progress

from signpost.platform import aws
from signpost.platform.errors import Unavailable
from signpost.tracking.counting.click_store import ClickStore
from signpost.tracking.counting.store import CountStore
from signpost.tracking.replay.spilled_clicks import Replay


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or not Path(arguments[0]).is_file():  # noqa: PLR2004 - the file and the stack
        print("Say which log to read: make replay FILE=spilled.log STACK=signpost", file=sys.stderr)
        return 2
    file, stack = arguments
    try:
        replay = Replay(
            ClickStore(aws.dynamodb(), _table(stack, "Clicks")),
            CountStore(aws.dynamodb(), _table(stack, "ClickCounts")),
        )
        with open_with_progress(file, "r", encoding="utf-8", errors="replace", description="Replaying") as lines:
            done = replay.lines(lines)
    except (BotoCoreError, ClientError, Unavailable) as error:
        print(f"Stopped: {error} What was put back stays; run it again for the rest.", file=sys.stderr)
        return 1
    print(f"{done.restored} clicks put back, {done.expired} too old to count, {done.unreadable} not readable.")
    return 1 if done.unreadable else 0


def _table(stack: str, logical_id: str) -> str:
    reply = boto3.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId=logical_id)
    return reply["StackResourceDetail"]["PhysicalResourceId"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
