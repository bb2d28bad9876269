"""Queues as operators see them: how full they are, what was given up, and putting it back."""

import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from signpost.operation.figures import Depth, Letter, Moved, what
from signpost.platform import correlation
from signpost.platform.aws import error_code, named_errors
from signpost.platform.errors import Conflict, NotFound

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_MOST: Final = 10  # messages that SQS hands out at a time
_MILLISECONDS: Final = 1000
_GONE: Final = ("NonExistentQueue", "QueueDoesNotExist")


class QueueClient:
    """Every method raises `Unavailable` when SQS does not answer."""

    def __init__(self, client: "SQSClient") -> None:
        self._client = client

    def depth(self, url: str) -> Depth:
        with named_errors("The queue"):
            found = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        policy: Any = json.loads(found.get("RedrivePolicy") or "{}")
        return Depth(
            int(found["ApproximateNumberOfMessages"]),
            int(found["ApproximateNumberOfMessagesNotVisible"]),
            int(found["ApproximateNumberOfMessagesDelayed"]),
            str(policy["deadLetterTargetArn"]).rpartition(":")[2] if policy else None,
        )

    def letters(self, url: str) -> list[Letter]:
        """Up to ten messages, which stay where they are, oldest first."""
        with named_errors("The queue"):
            reply = self._client.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=_MOST,
                VisibilityTimeout=0,
                WaitTimeSeconds=0,
                MessageSystemAttributeNames=["SentTimestamp"],
                MessageAttributeNames=[correlation.ATTRIBUTE],
            )
        found = {each["MessageId"]: _letter(each) for each in reply.get("Messages", [])}
        return sorted(found.values(), key=lambda each: (each.sent_at, each.id))

    def put_back(self, arn: str) -> None:
        """Have SQS move all messages of a failure queue to the queues that they came from.

        Raises:
            Conflict: they are being moved already.
            NotFound: there is no such queue, or its messages came from no queue.
        """
        try:
            with named_errors("The queue"):
                self._client.start_message_move_task(SourceArn=arn)
        except ClientError as error:
            code = error_code(error).rpartition(".")[2]
            if code == "UnsupportedOperation":
                raise Conflict("Its messages are being put back already.") from error
            if code in {"ResourceNotFoundException", "InvalidParameterValue", *_GONE}:
                raise NotFound("Its messages have no queue to go back to.") from error
            raise

    def moved(self, arn: str) -> Moved | None:
        """How far putting messages back is, or was last time. None: never, or too long ago."""
        with named_errors("The queue"):
            results = self._client.list_message_move_tasks(SourceArn=arn, MaxResults=1).get("Results", [])
        for each in results:
            total = each.get("ApproximateNumberOfMessagesToMove")
            return Moved(each.get("Status", ""), each.get("ApproximateNumberOfMessagesMoved", 0), total)
        return None

    def arn(self, url: str) -> str:
        with named_errors("The queue"):
            reply = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return reply["Attributes"]["QueueArn"]


def _letter(message: Any) -> Letter:
    attributes = message.get("Attributes", {})
    asked = message.get("MessageAttributes", {}).get(correlation.ATTRIBUTE, {})
    return Letter(
        message["MessageId"],
        int(attributes.get("SentTimestamp", 0)) / _MILLISECONDS,
        asked.get("StringValue"),
        what(message.get("Body", "")),
    )
