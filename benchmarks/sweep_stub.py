"""DynamoDB and SQS for the sweeps: `python -m benchmarks.sweep_stub <installs> <ms of DynamoDB> <ms of SQS>`.

Prints its port and serves until its standard input is closed. All installs are due. Each reply is delayed by the given
time, during which other connections are served, as on AWS. A report (`Bench.Report`) lists what was called and queued.
"""

import asyncio
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

REPORT = "Bench.Report"
_TARGET = re.compile(rb"\r\nx-amz-target: *(?:\w+\.)?(\w+\.)?(\w+)", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_KEYS_IN_A_MEGABYTE = 12_000  # of an index with keys only, at some 85 bytes an item
_QUEUE = ("SendMessageBatch",)


class SweepReport(NamedTuple):
    calls: dict[str, int]
    messages: int
    installs: int  # distinct ones that were queued


class Due:
    """Installs that are due, numbered, and what the sweeps do with them."""

    def __init__(self, installs: int) -> None:
        self._ids = [f"facebook-{17_841_400_000_000_000 + number}" for number in range(installs)]
        self._forget()

    def _forget(self) -> None:
        self._calls: Counter[str] = Counter()
        self._messages = 0
        self._queued: set[str] = set()
        self._day = ""  # on which the installs are due: the second day that is queried, after "soon"

    def reply(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        self._calls[operation] += 1
        if operation == "SendMessageBatch":
            return self._send(request["Entries"])
        if operation == "Query":
            return self._page(request)
        if operation != "UpdateItem":
            raise ValueError(f"no sweep calls {operation}")
        return {}

    def report(self) -> SweepReport:
        report = SweepReport(dict(self._calls), self._messages, len(self._queued))
        self._forget()
        return report

    def _send(self, entries: list[dict[str, Any]]) -> Mapping[str, Any]:
        self._messages += len(entries)
        self._queued.update(json.loads(each["MessageBody"])["install"] for each in entries)
        return {"Successful": [_sent(each) for each in entries]}

    def _page(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        values = [value.get("S", "") for value in request["ExpressionAttributeValues"].values()]
        if request["IndexName"] == "by_poll" or not self._has_installs(request["IndexName"], values[0]):
            return {"Items": [], "Count": 0, "ScannedCount": 0}
        after = request.get("ExclusiveStartKey")
        start = self._ids.index(after["key"]["S"]) + 1 if after else 0
        end = start + min(request.get("Limit", _KEYS_IN_A_MEGABYTE), _KEYS_IN_A_MEGABYTE)
        items = [{"key": {"S": each}, "sync_at": {"N": "1795244400"}} for each in self._ids[start:end]]
        last = {"LastEvaluatedKey": {"key": items[-1]["key"]}} if end < len(self._ids) else {}
        return {"Items": items, "Count": len(items), "ScannedCount": len(items), **last}

    def _has_installs(self, index: str, value: str) -> bool:
        if index != "by_check_day":
            return True
        if value[:1].isdigit():
            self._day = self._day or value
        return value == self._day


def _sent(entry: Mapping[str, str]) -> dict[str, str]:
    md5 = hashlib.md5(entry["MessageBody"].encode(), usedforsecurity=False).hexdigest()
    return {"Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": md5}


class Server(NamedTuple):
    due: Due
    dynamodb_s: float
    sqs_s: float

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(int(_LENGTH.search(head)[1]))  # type: ignore[index]
                answer = json.dumps(await self._answer(head, body)).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: %d\r\n\r\n%b"
                    % (len(answer), answer)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, head: bytes, body: bytes) -> Mapping[str, Any]:
        operation = _TARGET.search(head)[2].decode()  # type: ignore[index]
        if operation == REPORT.rpartition(".")[2]:
            return self.due.report()._asdict()
        await asyncio.sleep(self.sqs_s if operation in _QUEUE else self.dynamodb_s)
        return self.due.reply(operation, json.loads(body))

    async def serve(self) -> None:
        server = await asyncio.start_server(self.connected, "127.0.0.1", 0, limit=2**20)
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main() -> None:
    installs, dynamodb_ms, sqs_ms = map(int, sys.argv[1:])
    asyncio.run(Server(Due(installs), dynamodb_ms / 1000, sqs_ms / 1000).serve())


if __name__ == "__main__":
    main()
