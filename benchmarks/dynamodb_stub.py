"""A DynamoDB endpoint that answers without delay: `python -m benchmarks.dynamodb_stub`.

It prints its port, serves until its standard input is closed, and does not check signatures. It has one thread and no
HTTP library, because its cost is part of every variant's time. Clicks are counted only when a report is requested (POST
with the target `Bench.Report`), which also forgets everything.
"""

import json
import re
import selectors
import socket
import sys
import zlib
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from benchmarks import feed_items, update_expression
from benchmarks.capacity import Item, read_units, write_units

CAMPAIGN_ID = "373474087649962"
SLUG = "demo"
TARGET = "https://example.com/welcome"
REPORT = "Bench.Report"

# As the campaign administration stores it.
CAMPAIGN: Item = {
    "key": {"S": f"slug#{SLUG}"},
    "id": {"N": CAMPAIGN_ID},
    "slug": {"S": SLUG},
    "redirect_url": {"S": TARGET},
    "platforms": {"L": [{"S": "Android"}, {"S": "IPhone"}]},
    "platform_urls": {"M": {}},
    "forward_query": {"BOOL": False},
    "created_at": {"S": "2026-11-01T09:00:00.000000Z"},
    "updated_at": {"S": "2026-11-01T09:00:00.000000Z"},
    "version": {"N": "1"},
}

_RECEIVE = 262_144
_HEAD_END = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_TARGET = re.compile(rb"\r\nx-amz-target: *(\S+)", re.IGNORECASE)
# With the headers that DynamoDB sends, because parsing them costs time too.
_RESPONSE = (
    b"HTTP/1.1 200 OK\r\nServer: Server\r\nDate: Sat, 21 Nov 2026 08:00:00 GMT\r\n"
    b"Content-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\nConnection: keep-alive\r\n"
    b"x-amzn-RequestId: 0123456789ABCDEFGHIJKLMNOPQRSTUVVV4KQNSO5AEMVJF66Q9ASUAAJG\r\nx-amz-crc32: %d\r\n\r\n%b"
)


class Report(NamedTuple):
    """The requests since the last report."""

    calls: dict[str, int]
    write_units: int
    read_units: int
    last_put: Item
    items: list[Item]


class Tables:
    """What the stub knows. Items are kept only when updates build on them."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self._puts: list[bytes] = []
        self._items: dict[str, dict[str, Any]] = {}
        self._calls: Counter[str] = Counter()
        self._write_units = self._read_units = 0

    def reply(self, operation: str, body: bytes) -> Mapping[str, Any]:
        if operation == "PutItem":
            self._puts.append(body)
            return {}
        self._calls[operation] += 1
        request = json.loads(body)
        if operation in ("Query", "BatchGetItem"):
            return feed_items.reply(operation, request)
        key: Item = request["Key"]
        if operation == "GetItem":
            item = CAMPAIGN if key == {"key": CAMPAIGN["key"]} else self._items.get(repr(key), {})
            self._read_units += read_units(item)
            return {"Item": item} if item else {}
        if operation == "UpdateItem":
            changed = self._items.setdefault(repr(key), dict(key))
            before = write_units(changed)
            update_expression.apply(changed, request)
            self._write_units += max(before, write_units(changed))
            return {"Attributes": changed} if request.get("ReturnValues") == "ALL_NEW" else {}
        raise ValueError(f"nothing that is measured calls {operation}")

    def report(self) -> Report:
        puts = [json.loads(body)["Item"] for body in self._puts]
        report = Report(
            calls={**self._calls, "PutItem": len(puts)},
            write_units=self._write_units + sum(map(write_units, puts)),
            read_units=self._read_units,
            last_put=puts[-1] if puts else {},
            items=list(self._items.values()),
        )
        self._clear()
        return report


class Connection:
    """The requests of one client, which waits for each reply before it sends the next."""

    def __init__(self, connection: socket.socket, tables: Tables) -> None:
        self._socket, self._tables = connection, tables
        self._data = b""

    def readable(self) -> bool:
        """Answer what has come in; False when the client is gone."""
        try:
            received = self._socket.recv(_RECEIVE)
        except ConnectionResetError:
            received = b""
        self._data += received
        end = self._data.find(_HEAD_END)
        if end >= 0:
            head, body = self._data[:end], self._data[end + len(_HEAD_END) :]
            if len(body) >= int(_header(_LENGTH, head)):
                self._answer(_header(_TARGET, head), body)
                self._data = b""
        return bool(received)

    def close(self) -> None:
        self._socket.close()

    def _answer(self, target: str, body: bytes) -> None:
        if target == REPORT:
            answer: Mapping[str, Any] = self._tables.report()._asdict()
        else:
            answer = self._tables.reply(target.rpartition(".")[2], body)
        reply = json.dumps(answer).encode() if answer else b"{}"
        self._socket.sendall(_RESPONSE % (len(reply), zlib.crc32(reply), reply))


def _header(pattern: re.Pattern[bytes], head: bytes) -> str:
    found = pattern.search(head)
    if found is None:
        raise ValueError(f"no {pattern.pattern!r} in {head!r}")
    return found[1].decode()


def serve(listener: socket.socket, tables: Tables, parent: int) -> None:
    """Answer until the file descriptor `parent` is closed at its other end."""
    with selectors.DefaultSelector() as selector:
        selector.register(parent, selectors.EVENT_READ)
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj == parent:
                    return
                if key.fileobj is listener:
                    client, _address = listener.accept()
                    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    selector.register(client, selectors.EVENT_READ, Connection(client, tables))
                elif not key.data.readable():
                    selector.unregister(key.fileobj)
                    key.data.close()


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        serve(listener, Tables(), sys.stdin.fileno())


if __name__ == "__main__":
    main()
