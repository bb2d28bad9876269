"""What other contexts may have done to a running stack."""

from signpost.operation.parts_client import PartsClient
from signpost.operation.queue_client import QueueClient
from signpost.platform import aws
from signpost.platform.clock import Clock
from signpost.platform.errors import NotFound


class Commands:
    """Every method raises `Unavailable` when AWS does not answer."""

    def __init__(self, parts: PartsClient, queues: QueueClient) -> None:
        self._parts, self._queues = parts, queues

    def put_back(self, name: str) -> None:
        """Have SQS put the messages of a failure queue back to where they came from. It goes on after this call.

        Raises:
            Conflict: they are being put back already.
            NotFound: there is no such queue, or its messages have no queue to go back to.
        """
        queue = self._parts.parts().queue(name)
        if queue is None:
            raise NotFound("There is no such queue.")
        self._queues.put_back(self._queues.arn(queue.url))


def build(parameter: str, clock: Clock) -> Commands:
    return Commands(PartsClient(aws.ssm(), parameter, clock), QueueClient(aws.sqs()))
