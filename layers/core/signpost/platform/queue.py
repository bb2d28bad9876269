"""An SQS queue: messages are sent in batches of ten, and one that was received can be put off.

An attribute of each message holds the id of the HTTP request behind it (`correlation`).
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from signpost.platform import correlation
from signpost.platform.aws import error_code, named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

MAX_DELAY: Final = 900  # seconds, SQS's limit
_MAX_HIDDEN: Final = 43_200  # seconds, SQS's limit, counted from when it was received
_BATCH: Final = 10  # messages, SQS's limit for one call
_GONE: Final = ("InvalidParameterValue", "MessageNotInflight", "ReceiptHandleIsInvalid")


class MessageQueue:
    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client, self._url = client, url

    @property
    def name(self) -> str:
        """What its ARN ends with, too."""
        return self._url.rpartition("/")[2]

    def send(self, messages: Sequence[Mapping[str, object]], delay: int | Sequence[int] = 0) -> None:
        """Send each as JSON, to be received after `delay` seconds: one number for all, or one for each.

        Raises:
            Unavailable: not all were sent. Send them all again: better one twice than one never.
        """
        delays = [delay] * len(messages) if isinstance(delay, int) else delay
        entries: list[Any] = [
            {
                "Id": str(number % _BATCH),
                "MessageBody": json.dumps(message),
                "DelaySeconds": max(0, min(seconds, MAX_DELAY)),
                **_attributes(),
            }
            for number, (message, seconds) in enumerate(zip(messages, delays, strict=True))
        ]
        for start in range(0, len(entries), _BATCH):
            with named_errors("The queue"):
                reply = self._client.send_message_batch(QueueUrl=self._url, Entries=entries[start : start + _BATCH])
            if reply.get("Failed"):
                raise Unavailable("The queue did not take everything; try again.")

    def put_off(self, receipt_handle: str, seconds: float) -> None:
        """Have a message that was received, and will be reported as failed, delivered again after that time.

        Nothing happens if it has already been delivered again.

        Raises:
            Unavailable: SQS does not answer; the message comes again after the queue's visibility timeout.
        """
        try:
            with named_errors("The queue"):
                self._client.change_message_visibility(
                    QueueUrl=self._url,
                    ReceiptHandle=receipt_handle,
                    VisibilityTimeout=max(0, min(int(seconds), _MAX_HIDDEN)),
                )
        except ClientError as error:
            if error_code(error).rpartition(".")[2] not in _GONE:
                raise


def _attributes() -> dict[str, Any]:
    request_id = correlation.current_id.get()
    if request_id is None:
        return {}
    return {"MessageAttributes": {correlation.ATTRIBUTE: {"DataType": "String", "StringValue": request_id}}}
