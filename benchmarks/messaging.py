"""Messaging: what a sync costs with 10, 1,000 and 100,000 stored messages, and what it costs to send a text to ten.

The handlers run in a process of their own. A thread of it answers for DynamoDB from memory and counts the calls. Its
own CPU is not counted.
"""

import bisect
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.figures import Figure, median, ratio

_ROOT = Path(__file__).resolve().parent.parent
SIZES = (10, 1_000, 100_000)
MEMBERS = 10
RUNS = 40
_NOW = 1_795_247_130
_TOKEN = "bench-token"
_INDEXES = {None: "sk", "by_version": "version", "by_activity": "activity", "by_unseen": "unseen"}
Item = dict[str, Any]


class Table:
    """The table Messaging in memory: enough of DynamoDB for what is measured. Conditions always hold."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._items: dict[tuple[str, str], Item] = {}
        self._sorted: dict[tuple[str, str], list[tuple[Any, str]]] = defaultdict(list)

    def fill(self, items: list[Item]) -> None:
        """Items in DynamoDB's form."""
        for item in items:
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            self._items[pk, sk] = item
            for attribute in _INDEXES.values():
                if attribute in item:
                    self._sorted[pk, attribute].append((_value(item[attribute]), sk))
        for each in self._sorted.values():
            each.sort()

    def reply(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        self.calls[operation] += 1
        if operation == "GetItem":
            found = self._get(request["Key"])
            return {"Item": found} if found else {}
        if operation == "BatchGetItem":
            ((table, wanted),) = request["RequestItems"].items()
            return {"Responses": {table: [item for key in wanted["Keys"] if (item := self._get(key))]}}
        return self._query(request) if operation == "Query" else {}

    def _get(self, key: Mapping[str, Any]) -> Item | None:
        return self._items.get((key["pk"]["S"], key["sk"]["S"]))

    def _query(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        values = [_value(each) for _, each in sorted(request["ExpressionAttributeValues"].items())]
        under = self._sorted[values[0], _INDEXES[request.get("IndexName")]]
        start, end = _slice(under, request["KeyConditionExpression"], values[1:])
        found = under[start:end] if request["ScanIndexForward"] else under[start:end][::-1]
        page = [self._items[values[0], sk] for _, sk in found[: request.get("Limit", len(found))]]
        return {"Items": page, "Count": len(page)} | ({"LastEvaluatedKey": {}} if len(page) < len(found) else {})


def _slice(under: list[tuple[Any, str]], condition: str, values: list[Any]) -> tuple[int, int]:
    if not values:
        return 0, len(under)
    low = values[0]
    if "BETWEEN" in condition:
        return bisect.bisect_left(under, (low, "")), bisect.bisect_right(under, (values[1], "~"))
    if "begins_with" in condition:
        return bisect.bisect_left(under, (low, "")), bisect.bisect_right(under, (f"{low}~", "~"))
    return bisect.bisect_right(under, (low, "~")), len(under)  # greater


def _value(typed: Mapping[str, Any]) -> Any:
    ((kind, content),) = typed.items()
    return int(content) if kind == "N" else content


def stored(messages: int) -> list[Item]:
    """One user with ten conversations and these messages, all seen; and a conversation of ten members."""
    from boto3.dynamodb.types import TypeSerializer

    from signpost.messaging import callers, keys, memberships

    user = 1
    token = {"user": user, "device": 1, "active_at": _NOW * 2, "ttl": _NOW * 2}
    profile = {"id": user, "username": "nora", "phone": "+14155550100", "created_at": _NOW, "verified_at": _NOW}
    items: list[Item] = [
        {**keys.token(callers.digest(_TOKEN)), **token},
        {**keys.profile(user), **profile, "activity": keys.PROFILE_ACTIVITY},
        {**keys.clock(user), "version": _NOW * 1_000_000},
        {**keys.conversation(500), "id": 500, "members": MEMBERS},
    ]
    for number in range(1, 11):
        named: dict[str, Any] = {"name": f"talk {number}", "named": False, "members": MEMBERS}
        items.append(memberships.new(user, number, 500, **named, now=_NOW, version=_NOW + number))
        if number > 1:
            items.append(memberships.new(number, number, 500, **named, now=_NOW, version=_NOW))
        items.append({**keys.member(500, number), "membership": number})
    for number in range(messages):
        copy = {"guid": f"g{number}", "type": "text", "sender": 2, "sender_name": "ben", "content": {"text": "Hi"}}
        key = keys.message(user, number % 10 + 1, f"01{number:024}")
        items.append({**key, **copy, "sent_at": _NOW, "seen_at": _NOW, "version": _NOW * 1_000 + number})
    serialize = TypeSerializer().serialize
    return [{name: serialize(value) for name, value in item.items()} for item in items]


def _serve(tables: list[Table]) -> str:
    """The address where the last table answers."""

    class Aws(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            secret = {"SecretString": json.dumps({"key": "bench"})}
            reply = secret if operation == "GetSecretValue" else tables[-1].reply(operation, request)
            answer = json.dumps(reply).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/x-amz-json-1.0")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Aws)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def _event(function: str, name: str, **changes: Any) -> dict[str, Any]:
    text = (_ROOT / "events" / function / f"{name}.json").read_text(encoding="utf-8")
    event: dict[str, Any] = json.loads(text)
    event["headers"]["authorization"] = f"Bearer {_TOKEN}"
    return event | changes


def work() -> dict[str, list[float]]:
    """What each figure was in each run."""
    tables: list[Table] = []
    os.environ |= {
        "AWS_ENDPOINT_URL": _serve(tables),
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "messaging",
        "POWERTOOLS_METRICS_NAMESPACE": "Signpost",
        "MESSAGING_TABLE": "Messaging",
        "RATE_LIMITS_TABLE": "RateLimits",
        "PHONE_KEY_SECRET": "PhoneKey",
        "PUBLIC_URL": "https://signpost.example",
    }
    from messaging_conversations import app as conversations
    from messaging_people import app as people

    context = SimpleNamespace(aws_request_id="bench", get_remaining_time_in_millis=lambda: 30_000)
    figures: dict[str, list[float]] = {}

    def measured(name: str, handler: Any, event: dict[str, Any], operation: str = "") -> None:
        handler(event, context)
        tables[-1].calls.clear()
        costs = []
        for _ in range(RUNS):
            start = time.thread_time()
            reply = handler(event, context)
            costs.append((time.thread_time() - start) * 1e6)
            assert reply["statusCode"] == 200, reply["body"]
        calls = tables[-1].calls
        number = calls[operation] if operation else sum(calls.values())
        figures[f"{name}.cpu"] = costs
        figures[f"{name}.{'transactions' if operation else 'reads'}"] = [number / RUNS]

    for size in SIZES:
        tables.append(Table())
        tables[-1].fill(stored(size))
        newest = {"updated_at": f"{_NOW + 1}"}
        sync = _event(
            "messaging_people", "mine-sync", queryStringParameters=newest, rawQueryString=f"updated_at={_NOW + 1}"
        )
        measured(f"sync.{size}", people.handler, sync)
    measured("me", people.handler, _event("messaging_people", "me"))
    path = "/api/me/conversations/1/text"
    text = _event("messaging_conversations", "conversation-text", rawPath=path)
    text["requestContext"]["http"]["path"] = path
    measured("post_text", conversations.handler, text, "TransactWriteItems")
    return figures


def measure() -> list[Figure]:
    python_path = f"{_ROOT}:{_ROOT}/functions:{_ROOT}/layers/core"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.messaging"],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": python_path},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    units = {"cpu": "µs", "reads": "calls", "transactions": "calls"}
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    figures = {name: median(name, values, units[name.rpartition(".")[2]]) for name, values in found.items()}
    growth = ratio("sync.cpu_growth", figures[f"sync.{SIZES[-1]}.cpu"], figures[f"sync.{SIZES[0]}.cpu"])
    return [*figures.values(), growth]


if __name__ == "__main__":
    print(json.dumps(work()))
