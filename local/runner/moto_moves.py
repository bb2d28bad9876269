"""Has moto put messages of a failure queue back to where they came from, which it cannot do (moto 5.2.5).

SQS takes its time; here, all are moved when the call returns.
"""

import time
import uuid
from typing import Any, Final

from moto.core.responses import ActionResult
from moto.sqs.exceptions import InvalidParameterValue
from moto.sqs.responses import SQSResponse

_TASKS: Final[dict[str, dict[str, Any]]] = {}  # the last one of each queue, by its ARN


def add() -> None:
    responses: Any = SQSResponse
    responses.start_message_move_task = _start
    responses.list_message_move_tasks = _list


def _start(self: Any) -> ActionResult:
    arn = self._get_param("SourceArn")
    name = arn.rpartition(":")[2]
    sources = self.sqs_backend.list_dead_letter_source_queues(name)
    if not sources:
        raise InvalidParameterValue("Source queue must be configured as a Dead Letter Queue.")
    failures = self.sqs_backend.get_queue(name)
    moved = 0
    for message in [each for each in failures._messages if each.visible]:  # noqa: SLF001
        failures._messages.remove(message)  # noqa: SLF001
        failures.pending_messages.discard(message)
        message.receive_count = 0
        sources[0].add_message(message)
        moved += 1
    task = {"TaskHandle": str(uuid.uuid4()), "Status": "COMPLETED", "SourceArn": arn}
    numbers = {"ApproximateNumberOfMessagesMoved": moved, "ApproximateNumberOfMessagesToMove": moved}
    _TASKS[arn] = {**task, **numbers, "StartedTimestamp": int(time.time() * 1000)}
    return ActionResult({"TaskHandle": task["TaskHandle"]})


def _list(self: Any) -> ActionResult:
    found = _TASKS.get(self._get_param("SourceArn"))
    return ActionResult({"Results": [found] if found else []})
