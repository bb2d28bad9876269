"""AWS in this process: moto, which answers boto3 at botocore's before-send event, without a socket.

The redirect's own client, which needs a socket, finds the same data behind a server in a thread.
"""

import os
import sys
import threading
from collections.abc import Callable, Mapping
from functools import cache, cached_property, wraps
from typing import Any

import boto3
import moto.core.responses
from botocore.client import BaseClient
from botocore.endpoint import Endpoint
from moto import mock_aws
from moto.backends import get_backend
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import botocore_stubber
from moto.core.serialize import BaseJSONSerializer
from moto.dynamodb.responses import DynamoHandler
from moto.s3.responses import S3Response
from moto.server import ThreadedMotoServer

from local.runner import moto_moves, moto_queries, moto_transactions, outbox
from local.runner.data_server import CREDENTIALS
from local.runner.intrinsics import ACCOUNT_ID, REGION


class Aws:
    """Created once in a process. Tests share its clients, and those of `signpost.platform.aws`."""

    def __init__(self) -> None:
        os.environ |= {"AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}
        self._clients: dict[str, Any] = {}
        self._moto = mock_aws()
        self._moto.start()
        outbox.keep()
        _take_turns()
        _save_time()
        moto_moves.add()
        moto_transactions.speed_up()
        moto_queries.speed_up()
        _work_untraced()

    def client(self, service: str) -> Any:
        make: Any = boto3.client  # the stubs want each service's name spelled out
        if service not in self._clients:
            self._clients[service] = make(service)
        return self._clients[service]

    def sent_mail(self) -> list[dict[str, Any]]:
        """What SES sent, newest first: see `local/runner/outbox.py`."""
        return outbox.sent(outbox.EMAIL)

    def sent_sms(self) -> list[dict[str, Any]]:
        return outbox.sent(outbox.SMS)

    def sent_pushes(self) -> list[dict[str, Any]]:
        return outbox.sent(outbox.PUSH)

    @cached_property
    def _server(self) -> ThreadedMotoServer:
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        return server

    @property
    def http_environment(self) -> Mapping[str, str]:
        """Where a client that is not boto3 finds the data. With it, boto3 would go through the server too."""
        host, port = self._server.get_host_and_port()
        return {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_REGION": REGION, **CREDENTIALS}

    def stop(self) -> None:
        if "_server" in self.__dict__:
            self._server.stop()
            self._server._server.server_close()  # type: ignore[union-attr]  # stop() leaves its socket open
        self._moto.stop()


def empty(*tables: str) -> None:
    """Delete all items of these DynamoDB tables, without a call for each."""
    for name in tables:
        _backend("dynamodb").tables[name].items.clear()


def empty_queue(url: str) -> None:
    """Delete its messages, delayed and received ones included."""
    queue = _backend("sqs").queues[url.rpartition("/")[2]]
    queue._messages, queue._pending_messages = [], set()  # PurgeQueue may be called once a minute


def empty_everything() -> None:
    """Delete all items, messages and files. Tables, queues, buckets, keys and secrets stay as they are."""
    if not botocore_stubber.enabled:
        return
    empty(*_backend("dynamodb").tables)
    for queue in _backend("sqs").queues:
        empty_queue(queue)
    for bucket in _backend("s3", "aws").buckets.values():
        for key in list(bucket.keys):
            bucket.keys.pop(key)


def _backend(service: str, region: str = REGION) -> Any:
    backends: Any = get_backend
    return backends(service)[ACCOUNT_ID][region]


def _take_turns() -> None:
    """Let threads into moto's DynamoDB and S3 one after another: it has no locks (see `local/runner/moto_child.py`)."""
    handlers: tuple[tuple[Any, str], ...] = ((DynamoHandler, "call_action"), (S3Response, "key_response"))
    for handler, name in handlers:
        setattr(handler, name, _in_turn(getattr(handler, name)))


def _in_turn(call: Callable[..., Any]) -> Callable[..., Any]:
    turn = threading.RLock()

    @wraps(call)
    def call_in_turn(*arguments: Any, **named: Any) -> Any:
        with turn:
            return call(*arguments, **named)

    return call_in_turn


def _save_time() -> None:
    """Spare moto (5.2.5) some work: it lists the methods of a class at each request.

    And in each value of DynamoDB it looks for ten kinds by four names each, though it already has the form to be sent.
    """
    module: Any = moto.core.responses
    module.method_names_from_class = cache(module.method_names_from_class)
    serializer: Any = BaseJSONSerializer
    serialize = serializer._serialize_type_structure

    def serialize_quickly(self: Any, serialized: dict[str, Any], value: Any, shape: Any, key: str) -> None:
        if shape.name != "AttributeValue" or not isinstance(value, dict):
            serialize(self, serialized, value, shape, key)
            return
        found: dict[str, Any] = {}
        for kind, content in value.items():
            if kind in {"S", "N", "BOOL", "NULL"}:
                found[kind] = content
            else:
                self._serialize(found, content, shape.members[kind], kind)
        self._default_serialize(serialized, found, shape, key)

    serializer._serialize_type_structure = serialize_quickly


def _work_untraced() -> None:
    """Hide most of botocore and moto from coverage: nobody asks for theirs, and tracing takes as long as all else."""
    owners: tuple[tuple[Any, str], ...] = (
        (BaseClient, "_convert_to_request_dict"),
        (Endpoint, "create_request"),
        (BotocoreStubber, "process_request"),
    )
    for owner, name in owners:
        setattr(owner, name, _untraced(getattr(owner, name)))


def _untraced(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def call_untraced(*arguments: Any, **named: Any) -> Any:
        trace = sys.gettrace()
        sys.settrace(None)
        try:
            return call(*arguments, **named)
        finally:
            sys.settrace(trace)

    return call_untraced
