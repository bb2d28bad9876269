"""DynamoDB stream event source mappings: reads a table's stream and gathers its records into batches for the function.

moto always keeps one shard per stream and reads it by position, so following it costs the same at any length.
"""

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from local.runner import filters
from local.runner.application import EventSourceMapping
from local.runner.clock import Clock
from local.runner.functions import FunctionPool
from local.runner.streams.batches import StreamSettings
from local.runner.streams.delivery import Delivery
from local.runner.streams.records import Record, from_stream

READ_MAX: Final = 1000  # one GetRecords returns no more
MAX_EVENT_BYTES: Final = 6 * 1024 * 1024
_POLL_S: Final = 0.25  # AWS's base rate: four times a second

Tamper = Callable[[list[Record]], list[Record]]


class StreamPoller:
    """Follows one stream for one function.

    What `tamper` returns, when it is not None, sees all records before the filter does, and may change them.
    """

    def __init__(
        self,
        mapping: EventSourceMapping,
        function: FunctionPool,
        *,
        client: Callable[[str], Any],
        clock: Clock,
        tamper: Callable[[], Tamper | None],
        log: Callable[[str], None],
    ) -> None:
        self._mapping = mapping
        self._streams = client("dynamodbstreams")
        self._clock = clock
        self._tamper = tamper
        self._log = log
        self._patterns = filters.patterns(mapping.properties, mapping.name)
        self._settings = StreamSettings.of(mapping.properties)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"poll-{mapping.name}", daemon=True)
        description = self._streams.describe_stream(StreamArn=mapping.arn)["StreamDescription"]
        shard_id: str = description["Shards"][0]["ShardId"]
        self._iterator: str = self._streams.get_shard_iterator(
            StreamArn=mapping.arn,
            ShardId=shard_id,
            ShardIteratorType=mapping.properties.get("StartingPosition", "LATEST"),
        )["ShardIterator"]
        self._delivery = Delivery(
            mapping, function, shard_id=shard_id, client=client, clock=clock, stopping=self._stopping, log=log
        )
        self._buffer: deque[tuple[Record, int]] = deque()  # with the record's size in an event
        self._buffered_since = 0.0
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
                    if not self._buffer:
                        self._delivery.close_window_when_over()
            except (ClientError, BotoCoreError) as error:
                if not self._stopping.wait(_POLL_S):
                    self._log(f"{self._mapping.name}: {error}")
            if read < READ_MAX:
                self._stopping.wait(self._pause())

    def _pause(self) -> float:
        """Seconds until the next poll, or until a batching window is over."""
        if not self._buffer:
            return _POLL_S
        due = self._buffered_since + self._settings.batching_window_s - time.monotonic()
        return min(_POLL_S, max(due, 0.001))

    def _read(self) -> Any:
        return self._streams.get_records(ShardIterator=self._iterator, Limit=READ_MAX)

    def _take(self, reply: Any) -> int:
        """Put the records of a GetRecords reply into the buffer; returns how many there were."""
        records = [from_stream(each, self._mapping.arn, self._clock.offset) for each in reply["Records"]]
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
            self._delivery.deliver(self._next_batch())
            self._buffered_since = time.monotonic()

    def _next_batch(self) -> list[Record]:
        """As many records as fit into one event, all of one window."""
        records: list[Record] = []
        size = 0
        while self._buffer and len(records) < self._settings.batch_size:
            record, record_size = self._buffer[0]
            full = size + record_size > MAX_EVENT_BYTES - 10_000
            if records and (full or not self._delivery.is_in_window(record)):
                break
            self._delivery.enter_window(record)
            records.append(record)
            size += record_size
            self._buffer.popleft()
        return records
