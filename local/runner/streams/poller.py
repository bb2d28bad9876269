"""DynamoDB stream event source mappings: reads a table's stream and hands its records to the function, in order.

moto keeps one shard per stream for ever and reads it by position, so that following it costs the same at any length.
"""

import json
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from local.runner import filters
from local.runner.application import EventSource
from local.runner.clock import Clock
from local.runner.errors import FunctionError
from local.runner.functions import FunctionPool
from local.runner.streams.batches import (
    Batch,
    Settings,
    after_failure,
    after_reply,
    discard_message,
    used_up,
    without_expired,
)
from local.runner.streams.records import Record, created_at, from_stream
from local.runner.streams.tumbling_window import Window

READ_MAX: Final = 1000  # one GetRecords returns no more
MAX_EVENT_BYTES: Final = 6 * 1024 * 1024
_POLL_S: Final = 0.25  # AWS's base rate: four times a second
_FIRST_BACKOFF_S: Final = 0.1
_MAX_BACKOFF_S: Final = 5.0

Log = Callable[[str], None]
Tamper = Callable[[list[Record]], list[Record]]


class StreamSource:
    """Follows one stream for one function.

    What `tamper` returns, when it is not None, sees all records before the filter does, and may change them.
    """

    def __init__(
        self,
        source: EventSource,
        function: FunctionPool,
        *,
        client: Callable[[str], Any],
        clock: Clock,
        tamper: Callable[[], Tamper | None],
        log: Log,
    ) -> None:
        self._source = source
        self._function = function
        self._streams = client("dynamodbstreams")
        self._client = client
        self._clock = clock
        self._tamper = tamper
        self._log = log
        self._patterns = filters.patterns(source.properties, source.name)
        self._settings = Settings.of(source.properties)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"poll-{source.name}", daemon=True)
        description = self._streams.describe_stream(StreamArn=source.arn)["StreamDescription"]
        self._shard_id: str = description["Shards"][0]["ShardId"]
        self._iterator: str = self._streams.get_shard_iterator(
            StreamArn=source.arn,
            ShardId=self._shard_id,
            ShardIteratorType=source.properties.get("StartingPosition", "LATEST"),
        )["ShardIterator"]
        self._buffer: deque[tuple[Record, int]] = deque()  # with the record's size in an event
        self._buffered_since = 0.0
        self._window: Window | None = None
        self._working = threading.Lock()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self) -> None:
        self._thread.join()

    def idle(self) -> bool:
        """Whether all records have been delivered. An open window does not count."""
        if not self._working.acquire(timeout=_POLL_S):
            return False
        try:
            return not self._buffer and not self._read()["Records"]
        finally:
            self._working.release()

    def _run(self) -> None:
        while not self._stopping.is_set():
            read = 0
            try:
                with self._working:
                    read = self._take(self._read())
                    self._deliver_due()
                    self._close_window_when_over()
            except (ClientError, BotoCoreError) as error:
                if not self._stopping.wait(_POLL_S):
                    self._log(f"{self._source.name}: {error}")
            if read < READ_MAX:
                self._stopping.wait(self._pause())

    def _pause(self) -> float:
        """Until the next poll, or until a batching window is over."""
        if not self._buffer:
            return _POLL_S
        due = self._buffered_since + self._settings.batching_window_s - time.monotonic()
        return min(_POLL_S, max(due, 0.001))

    def _read(self) -> Any:
        return self._streams.get_records(ShardIterator=self._iterator, Limit=READ_MAX)

    def _take(self, reply: Any) -> int:
        """Put the records of a GetRecords reply into the buffer; how many there were."""
        records = [from_stream(each, self._source.arn, self._clock.offset) for each in reply["Records"]]
        count = len(records)
        if records and (tamper := self._tamper()) is not None:
            records = tamper(records)
        for record in records:
            if filters.matches(self._patterns, record):
                if not self._buffer:
                    self._buffered_since = time.monotonic()
                self._buffer.append((record, len(json.dumps(record)) + 2))
        self._iterator = reply["NextShardIterator"]
        return count

    def _deliver_due(self) -> None:
        while self._buffer and not self._stopping.is_set():
            full = len(self._buffer) >= self._settings.batch_size
            if not full and time.monotonic() - self._buffered_since < self._settings.batching_window_s:
                return
            self._deliver(self._next_batch())
            self._buffered_since = time.monotonic()

    def _next_batch(self) -> list[Record]:
        """As many records as fit into one event, all of one window."""
        records: list[Record] = []
        size = 0
        while self._buffer and len(records) < self._settings.batch_size:
            record, record_size = self._buffer[0]
            if records and (size + record_size > MAX_EVENT_BYTES - 10_000 or not self._is_in_window(record)):
                break
            self._enter_window(record)
            records.append(record)
            size += record_size
            self._buffer.popleft()
        return records

    def _is_in_window(self, record: Record) -> bool:
        return self._window is None or self._window.holds(created_at(record))

    def _enter_window(self, record: Record) -> None:
        if not self._settings.tumbling_window_s:
            return
        if not self._is_in_window(record):
            self._close_window()
        if self._window is None:
            self._window = Window.at(created_at(record), self._settings.tumbling_window_s)

    def _deliver(self, records: Sequence[Record]) -> None:
        """Deliver until every record has succeeded or been discarded: what follows in the shard has to wait."""
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
        """One invocation; the batches that remain to be tried."""
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
            event |= window.event_fields(self._shard_id, self._source.arn, final=final)
        reply = json.loads(self._function.invoke(json.dumps(event).encode()))
        if window is not None and not final:
            if not isinstance(reply, dict) or "state" not in reply:
                text = "a function with a tumbling window must return `state`"
                raise FunctionError(self._source.function, "InvalidReply", text)
            window.state = reply["state"]
        return reply

    def _close_window_when_over(self) -> None:
        if self._window is not None and not self._buffer and not self._window.holds(self._clock.now()):
            self._close_window()

    def _close_window(self) -> None:
        """Tell the function that the window is over; tried as often as a batch is."""
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
            self._log(f"{self._source.name}: {error} ({count} records)")

    def _discard(self, batch: Batch, condition: str) -> None:
        self._log(f"{self._source.name}: {len(batch.records)} records given up: {condition}")
        destination = self._settings.destination_arn
        if destination is None:
            return
        message = discard_message(
            batch,
            condition,
            function=self._source.function,
            stream_arn=self._source.arn,
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
