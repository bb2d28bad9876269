"""SQS consumers: what happens to a message that cannot be handled.

- A permanent error: the message is given up, that is, logged, counted and acknowledged.
- A `retryable` error: it is put off, that is, logged and delivered again when the error says, or after a wait that
  doubles each time.
- Any other exception is a bug: it is logged with its traceback and counted as `UnexpectedErrors`, and the message is
  delivered again after the queue's visibility timeout.

The queue's redrive policy limits how often a message is delivered.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, ExceptionInfo, FailureResponse

from signpost.platform import correlation
from signpost.platform.errors import InvalidInput, SignpostError, Unavailable

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

    from signpost.platform.observe import Observer
    from signpost.platform.queue import MessageQueue

LONGEST_WAIT: Final = 900  # seconds
T = TypeVar("T")


class Message(NamedTuple):
    id: str
    body: str
    receives: int  # how often it was delivered, including this time

    def json(self) -> Any:
        """The body's content. Raises `InvalidInput`, which does not repeat the body."""
        try:
            return json.loads(self.body)
        except ValueError:
            raise InvalidInput("The message is not JSON.") from None


class _OutOfTime(Exception):
    """There is no time left for a message. It is delivered again; nothing is wrong."""


class SignpostBatchProcessor(BatchProcessor):
    """Made once, at import.

    `given_up` and `put_off` are the messages in the log, `given_up_metric` counts the messages that are given up,
    `first_wait` is in seconds. When less than `reserve_ms` is left, no other message is started.
    """

    def __init__(
        self,
        observer: "Observer",
        queue: "MessageQueue",
        *,
        given_up: str,
        given_up_metric: str,
        put_off: str,
        first_wait: int = 30,
        reserve_ms: int = 0,
    ) -> None:
        super().__init__(EventType.SQS, raise_on_entire_batch_failure=False)
        self._observer, self._queue = observer, queue
        self._given_up, self._given_up_metric, self._put_off = given_up, given_up_metric, put_off
        self._first_wait, self._reserve_ms = first_wait, reserve_ms

    def each(
        self, event: Mapping[str, Any], context: Any, take: Callable[[Message], object]
    ) -> "PartialItemFailureResponse":
        """Have `take` handle the messages one by one. Returns the reply to Lambda."""

        def taken(record: "SQSRecord") -> None:
            if context.get_remaining_time_in_millis() < self._reserve_ms:
                raise _OutOfTime
            take(self._message(record))

        with self(event["Records"], taken):
            self.process()
        return self.response()

    def together(
        self, event: Mapping[str, Any], read: Callable[[Message], T], act: Callable[[list[T]], object]
    ) -> "PartialItemFailureResponse":
        """Have `read` parse each message, and `act` handle all results together. Returns the reply to Lambda."""
        found: list[tuple[SQSRecord, T]] = []
        with self(event["Records"], lambda record: found.append((record, read(self._message(record))))):
            self.process()
            requests = {_request_id(record) for record, _ in found}
            self._work_for(requests.pop() if len(requests) == 1 else None)
            try:
                act([what for _, what in found])
            except Exception as error:  # noqa: BLE001  (`_fail` logs it)
                self._fail([record for record, _ in found], error)
        return self.response()

    def failure_handler(self, record: "SQSRecord", exception: ExceptionInfo) -> FailureResponse:
        """Powertools calls this when the handling of a record raises."""
        error = exception[1]
        self._fail([record], error)
        return "fail", str(error), record

    def _message(self, record: "SQSRecord") -> Message:
        self._work_for(_request_id(record))
        return Message(record.message_id, record.body, _receives(record))

    def _work_for(self, request_id: str | None) -> None:
        self._observer.logger.clear_state()  # keys that were appended for the previous message
        self._observer.works_for(request_id)

    def _fail(self, records: "Sequence[SQSRecord]", error: BaseException | None) -> None:
        facts = {
            "message_id": ", ".join(record.message_id for record in records),
            "reason": f"{type(error).__name__}: {error}",
        }
        if isinstance(error, SignpostError) and not error.retryable:
            self._observer.logger.error(self._given_up, extra=facts)
            self._observer.count(self._given_up_metric, len(records))
            return
        if isinstance(error, SignpostError):
            self._observer.logger.warning(self._put_off, extra=facts)
            with suppress(Unavailable):  # then they come again after the queue's visibility timeout
                for record in records:
                    self._queue.put_off(record.receipt_handle, self._wait(record, error))
        elif not isinstance(error, _OutOfTime):
            self._observer.unexpected(error, message_id=facts["message_id"])
        self.fail_messages += records

    def _wait(self, record: "SQSRecord", error: SignpostError) -> float:
        doubled = self._first_wait << _receives(record) - 1
        return getattr(error, "retry_after", None) or min(doubled, LONGEST_WAIT)


def _request_id(record: "SQSRecord") -> str | None:
    found: str | None = record["messageAttributes"].get(correlation.ATTRIBUTE, {}).get("stringValue")
    return found


def _receives(record: "SQSRecord") -> int:
    return int(record.attributes.approximate_receive_count)
