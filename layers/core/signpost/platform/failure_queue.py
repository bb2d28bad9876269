"""A queue of what a consumer acknowledged without being able to do it: somebody has to look at it."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from signpost.platform.aws import named_errors
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

_BATCH = 10  # SQS's limit of messages in one call


class FailureQueue:
    def __init__(self, client: "SQSClient", url: str) -> None:
        self._client, self._url = client, url

    def send(self, failures: Sequence[Mapping[str, object]]) -> None:
        """Put each in a message; they must hold nothing that may not be logged.

        Raises:
            Unavailable: not all are there. Send them all again: one twice is better than one never.
        """
        for start in range(0, len(failures), _BATCH):
            entries = [
                {"Id": str(number), "MessageBody": json.dumps(failure)}
                for number, failure in enumerate(failures[start : start + _BATCH])
            ]
            with named_errors("The failure queue"):
                reply = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)  # type: ignore[arg-type]
            if reply.get("Failed"):
                raise Unavailable("The failure queue did not take everything; try again.")
