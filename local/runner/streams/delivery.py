"""Hands the records of one shard to a function, in order, until each has succeeded or has been given up."""

import json
import threading
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

from local.runner.application import EventSourceMapping
from local.runner.clock import Clock
from local.runner.errors import FunctionError
from local.runner.functions import FunctionPool
from local.runner.streams.batches import (
    Batch,
    StreamSettings,
    after_failure,
    after_reply,
    discard_message,
    used_up,
    without_expired,
)
from local.runner.streams.records import Record, created_at
from local.runner.streams.tumbling_window import TumblingWindow

_FIRST_BACKOFF_S: Final = 0.1
_MAX_BACKOFF_S: Final = 5.0


class Delivery:
    """`stopping` ends the retries; `client` returns the boto3 client of a service."""

    def __init__(
        self,
        mapping: EventSourceMapping,
        function: FunctionPool,
        *,
        shard_id: str,
        client: Callable[[str], Any],
        clock: Clock,
        stopping: threading.Event,
        log: Callable[[str], None],
    ) -> None:
        self._mapping = mapping
        self._function = function
        self._settings = StreamSettings.of(mapping.properties)
        self._shard_id = shard_id
        self._client = client
        self._clock = clock
        self._stopping = stopping
        self._log = log
        self._window: TumblingWindow | None = None

    def is_in_window(self, record: Record) -> bool:
        """Whether the record may be delivered together with those of the open window."""
        return self._window is None or self._window.holds(created_at(record))

    def enter_window(self, record: Record) -> None:
        """Open the record's window, if the mapping has windows, and close the one before it."""
        if not self._settings.tumbling_window_s:
            return
        if not self.is_in_window(record):
            self._close_window()
        if self._window is None:
            self._window = TumblingWindow.at(created_at(record), self._settings.tumbling_window_s)

    def close_window_when_over(self) -> None:
        if self._window is not None and not self._window.holds(self._clock.now()):
            self._close_window()

    def deliver(self, records: Sequence[Record]) -> None:
        """Return when every record has succeeded or been discarded: what follows in the shard has to wait."""
        todo = deque([Batch(records)])
        backoff_s = _FIRST_BACKOFF_S
        while todo and not self._stopping.is_set():
            batch, expired = without_expired(todo.popleft(), self._settings, self._clock.now())
            if expired is not None:
                self._discard(expired, "RecordAgeExceeded")
            if batch is None:
                continue
            if used_up(batch, self._settings):
                self._discard(batch, "RetryAttemptsExhausted")
                backoff_s = _FIRST_BACKOFF_S
                continue
            again = self._attempt(batch)
            todo.extendleft(reversed(again))
            if any(each.failures for each in again):
                self._stopping.wait(backoff_s)
                backoff_s = min(backoff_s * 2, _MAX_BACKOFF_S)

    def _attempt(self, batch: Batch) -> list[Batch]:
        """Invoke the function once; returns the batches that remain to be tried."""
        event: dict[str, Any] = {"Records": list(batch.records)}
        try:
            reply = self._invoke(event, final=False)
        except FunctionError as error:
            self._report(error, len(batch.records))
            return after_failure(batch, self._settings)
        if self._window is not None and self._window.is_too_large():
            self._close_window()
        return after_reply(batch, reply, self._settings)

    def _invoke(self, event: dict[str, Any], *, final: bool) -> Any:
        window = self._window
        if window is not None:
            event |= window.event_fields(self._shard_id, self._mapping.arn, final=final)
        reply = json.loads(self._function.invoke(json.dumps(event).encode()))
        if window is not None and not final:
            if not isinstance(reply, dict) or "state" not in reply:
                text = "a function with a tumbling window must return `state`"
                raise FunctionError(self._mapping.function, "InvalidReply", text)
            window.state = reply["state"]
        return reply

    def _close_window(self) -> None:
        """Tell the function that the window is over; retried as often as a batch."""
        failures = 0
        while self._window is not None and not self._stopping.is_set():
            try:
                self._invoke({"Records": []}, final=True)
                self._window = None
            except FunctionError as error:
                self._report(error, 0)
                failures += 1
                if used_up(Batch((), failures), self._settings):
                    self._window = None
                else:
                    self._stopping.wait(min(_FIRST_BACKOFF_S * 2**failures, _MAX_BACKOFF_S))

    def _report(self, error: FunctionError, count: int) -> None:
        if not self._stopping.is_set():
            self._log(f"{self._mapping.name}: {error} ({count} records)")

    def _discard(self, batch: Batch, condition: str) -> None:
        self._log(f"{self._mapping.name}: {len(batch.records)} records given up: {condition}")
        destination = self._settings.destination_arn
        if destination is None:
            return
        message = discard_message(
            batch,
            condition,
            function=self._mapping.function,
            stream_arn=self._mapping.arn,
            shard_id=self._shard_id,
            request_id=str(uuid.uuid4()),
            now=self._clock.now(),
        )
        if ":sns:" in destination:
            self._client("sns").publish(TopicArn=destination, Message=json.dumps(message))
        else:
            sqs = self._client("sqs")
            url = sqs.get_queue_url(QueueName=destination.rpartition(":")[2])["QueueUrl"]
            sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))
