"""SQS event source mappings: receives messages, hands them to the function in batches, deletes what succeeded.

What stays is received again after the queue's visibility timeout, and moved to the dead-letter queue by the queue's
own redrive policy (moto does that, on receiving). AWS Lambda developer guide, "Using Lambda with Amazon SQS".
"""

import json
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from local.runner import filters
from local.runner.application import EventSourceMapping
from local.runner.batch_replies import failed_items, reports_failures
from local.runner.errors import FunctionError
from local.runner.functions import FunctionPool
from local.runner.intrinsics import REGION

RECEIVE_MAX: Final = 10  # one ReceiveMessage returns no more
_DEFAULT_CONCURRENCY: Final = 5  # as AWS, which starts with five pollers
_LONG_POLL_S: Final = 5
_RETRY_S: Final = 0.5


def record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """A message of ReceiveMessage as a record of Lambda's event."""
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message.get("Attributes", {})),
        "messageAttributes": {name: _attribute(value) for name, value in message.get("MessageAttributes", {}).items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    attribute: dict[str, Any] = {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    if "StringValue" in value:
        attribute["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        attribute["binaryValue"] = b64encode(value["BinaryValue"]).decode()
    return attribute


class SqsPoller:
    """Polls one queue for one function, with as many batches at a time as the mapping allows."""

    def __init__(
        self, mapping: EventSourceMapping, function: FunctionPool, client: Any, log: Callable[[str], None]
    ) -> None:
        properties = mapping.properties
        self._mapping = mapping
        self._function = function
        self._client = client
        self._log = log
        self._patterns = filters.patterns(properties, mapping.name)
        self._batch_size = int(properties.get("BatchSize", RECEIVE_MAX))
        self._window_s = float(properties.get("MaximumBatchingWindowInSeconds", 0))
        self._reports_failures = reports_failures(properties)
        concurrency = int(properties.get("ScalingConfig", {}).get("MaximumConcurrency", _DEFAULT_CONCURRENCY))
        self._slots = threading.Semaphore(concurrency)
        self._workers = ThreadPoolExecutor(concurrency, thread_name_prefix=f"sqs-{mapping.function}")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"poll-{mapping.name}", daemon=True)
        self._url = client.get_queue_url(QueueName=mapping.arn.rpartition(":")[2])["QueueUrl"]

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop receiving. The thread ends when the data server does, which cuts off its long poll."""
        self._stopping.set()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def join(self) -> None:
        self._thread.join()

    def idle(self) -> bool:
        """Whether no message is waiting or in flight, apart from delayed ones."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self._client.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
        return all(int(attributes[name]) == 0 for name in names)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._slots.acquire()
            messages: list[Any] = []
            try:
                messages = self._receive_batch()
                if messages:
                    self._workers.submit(self._work, messages)
            except (ClientError, BotoCoreError, RuntimeError) as error:  # RuntimeError: the workers are shut down
                messages = []
                if not self._stopping.wait(_RETRY_S):
                    self._log(f"{self._mapping.name}: {error}")
            finally:
                if not messages:
                    self._slots.release()

    def _receive_batch(self) -> list[Any]:
        """Messages for one invocation: those of one receive, or of all within the batching window."""
        messages = self._receive(_LONG_POLL_S)
        if not messages or not self._window_s:
            return messages
        closes = time.monotonic() + self._window_s
        while len(messages) < self._batch_size and (left := closes - time.monotonic()) > 0:
            if self._stopping.is_set():
                break
            more = self._receive(0, self._batch_size - len(messages))
            messages += more
            if not more:
                self._stopping.wait(min(left, 0.05))
        return messages

    def _receive(self, wait_s: int, at_most: int = RECEIVE_MAX) -> list[Any]:
        reply = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(self._batch_size, RECEIVE_MAX, at_most),
            WaitTimeSeconds=wait_s,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[Any] = reply.get("Messages", [])
        wanted = [each for each in messages if self._wanted(each)]
        self._delete(each["ReceiptHandle"] for each in messages if each not in wanted)
        return wanted

    def _wanted(self, message: Mapping[str, Any]) -> bool:
        if not self._patterns:
            return True
        try:
            body: Any = json.loads(message["Body"])
        except ValueError:
            body = message["Body"]
        return filters.matches(self._patterns, {**message, "body": body})

    def _work(self, messages: list[Any]) -> None:
        try:
            failed = self._invoke(messages)
            self._delete(each["ReceiptHandle"] for each in messages if each["MessageId"] not in failed)
        except (ClientError, BotoCoreError) as error:
            if not self._stopping.is_set():
                self._log(f"{self._mapping.name}: {error}")
        finally:
            self._slots.release()

    def _invoke(self, messages: list[Any]) -> set[str]:
        """The ids of the messages that failed."""
        ids = {each["MessageId"] for each in messages}
        event = {"Records": [record(each, self._mapping.arn) for each in messages]}
        try:
            reply = json.loads(self._function.invoke(json.dumps(event).encode()))
        except FunctionError as error:
            if not self._stopping.is_set():
                self._log(f"{self._mapping.name}: {error}; {len(messages)} message(s) stay in the queue")
            return ids
        return failed_items(reply, ids) if self._reports_failures else set()

    def _delete(self, handles: Iterable[str]) -> None:
        all_handles = list(handles)
        for start in range(0, len(all_handles), RECEIVE_MAX):
            chunk = all_handles[start : start + RECEIVE_MAX]
            entries = [{"Id": str(number), "ReceiptHandle": handle} for number, handle in enumerate(chunk)]
            self._client.delete_message_batch(QueueUrl=self._url, Entries=entries)
