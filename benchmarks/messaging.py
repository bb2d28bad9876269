"""Messaging: what each route costs, and a sync with 10, 1,000 and 100,000 stored messages.

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
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from benchmarks.figures import Figure, median, ratio

_ROOT = Path(__file__).resolve().parent.parent
SIZES = (10, 1_000, 100_000)
MEMBERS = (2, 10, 32)  # of conversations to which a text is sent: the last is all that one transaction takes
CHANGED = 10  # messages that an incremental sync has to tell of
UNREAD = 10  # that `watch_all` marks as seen
RUNS = 40
_NOW = 1_795_247_130
_TOKEN = "bench-token"
_PHONE, _EMAIL, _PASSWORD, _CODE = "+14155550100", "nora@example.com", "correct horse", "4711"
_UNREAD_IN = 11  # the membership with unread messages; those before have none
_INDEXES = {None: "sk", "by_version": "version", "by_activity": "activity", "by_unseen": "unseen"}
Item = dict[str, Any]


class Table:
    """The table Messaging in memory: enough of DynamoDB for what is measured. Conditions always hold."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.write_units = 0
        self.all_seen = False  # nothing is written, but whoever marks messages as seen looks again for more
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
        self.write_units += self._written(operation, request)
        self.all_seen |= operation == "TransactWriteItems"
        return self._query(request) if operation == "Query" else {}

    def _written(self, operation: str, request: Mapping[str, Any]) -> int:
        """Write units, of which transactions take two for one; without those of indexes."""
        if operation in ("PutItem", "UpdateItem", "DeleteItem"):
            return self._units(request)
        actions = request.get("TransactItems", ())
        return sum(2 * self._units(action) for each in actions for action in each.values())

    def _units(self, action: Mapping[str, Any]) -> int:
        before = (self._get(action["Key"]) if "Key" in action else None) or {}
        after = action.get("Item", before | action.get("ExpressionAttributeValues", {}))
        return -(-max(size(before), size(after)) // 1024) or 1

    def _get(self, key: Mapping[str, Any]) -> Item | None:
        return self._items.get((key["pk"]["S"], key["sk"]["S"])) if "pk" in key else None  # limits are not stored

    def _query(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        if self.all_seen and request.get("IndexName") == "by_unseen":
            return {"Items": [], "Count": 0}
        values = [_value(each) for _, each in sorted(request["ExpressionAttributeValues"].items())]
        under = self._sorted[values[0], _INDEXES[request.get("IndexName")]]
        start, end = _slice(under, request["KeyConditionExpression"], values[1:])
        found = under[start:end] if request["ScanIndexForward"] else under[start:end][::-1]
        page = [self._items[values[0], sk] for _, sk in found[: request.get("Limit", len(found))]]
        return {"Items": page, "Count": len(page)} | ({"LastEvaluatedKey": {}} if len(page) < len(found) else {})


def size(item: Mapping[str, Any]) -> int:
    """About as many bytes as DynamoDB charges for."""
    return len(json.dumps(item, separators=(",", ":")).encode()) if item else 0


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
    return float(content) if kind == "N" else content


def stored(messages: int) -> list[Item]:
    """One user with conversations and these messages, all seen, and one conversation with unread ones."""
    from boto3.dynamodb.types import TypeSerializer

    from signpost.messaging import callers, codes, keys, memberships, passwords, wiring

    user, digests = 1, wiring.digests("PhoneKey")
    phone, email = digests.phone(_PHONE), digests.email(_EMAIL)
    _, code = codes.new(str(user), digests.derived("codes"), _NOW * 2, random=lambda _: int(_CODE) - 1000)
    token = {"user": user, "device": 1, "active_at": _NOW * 2, "ttl": _NOW * 2}
    profile = {"id": user, "username": "nora", "email": _EMAIL, "phone": _PHONE, "created_at": _NOW}
    profile |= {"verified_at": _NOW, "password": passwords.hashed(_PASSWORD)}
    items: list[Item] = [
        {**keys.token(callers.digest(_TOKEN)), **token},
        {**keys.profile(user), **profile, "activity": keys.PROFILE_ACTIVITY},
        {**keys.clock(user), "version": _NOW * 1_000_000},
        {**keys.device(user, 1), "id": 1, "platform": "ios", "created_at": _NOW},
        {**keys.phone(phone), "user": user, "verified": True},
        {**keys.phone_code(phone), "user": user, **code._asdict(), "sent": [_NOW], "ttl": _NOW * 2},
        {**keys.email(email), "user": user},
    ]
    for number in range(1, _UNREAD_IN + 1):
        members = MEMBERS[min(number, len(MEMBERS)) - 1]
        named: dict[str, Any] = {"name": f"talk {number}", "named": False, "members": members}
        items.append({**keys.conversation(500 + number), "id": 500 + number, "members": members})
        for member in range(1, members + 1):
            place = number if member == user else number * 100 + member
            items.append({**keys.member(500 + number, member), "membership": place})
            items.append(memberships.new(member, place, 500 + number, **named, now=_NOW, version=_NOW + number))
            if member != user and number == 1:
                items.append({**keys.clock(member), "version": 1})
    said = {"type": "text", "sender": 2, "needs_reply": True, "content": {"text": "Hi"}, "sent_at": _NOW}
    unread = next(each for each in items if each.get("id") == _UNREAD_IN and each["sk"].startswith("membership#"))
    items.remove(unread)
    for number in range(UNREAD):
        copy = memberships.copy(unread, {**said, "guid": f"u{number}"}, f"02{number:024}", "ben", _NOW + number)
        unread = memberships.with_message(unread, copy, _NOW)
        items.append(copy)
    items.append(unread)
    for number in range(messages):
        key = keys.message(user, number % 10 + 1, f"01{number:024}")
        seen = {"sender_name": "ben", "seen_at": _NOW, "version": _NOW * 1_000 + number, "guid": f"g{number}"}
        items.append({**key, **said, **seen})
    serialize = TypeSerializer().serialize
    return [{name: serialize(_number(value)) for name, value in item.items()} for item in items]


def _number(value: Any) -> Any:
    """boto3 takes no floats."""
    if isinstance(value, list):
        return [_number(each) for each in value]
    return Decimal(str(value)) if isinstance(value, float) else value


def _serve(tables: list[Table]) -> str:
    """The address where the last table answers."""

    class Aws(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 20  # head and body in one packet: a second one would wait for 40 ms

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


def _event(function: str, name: str, *, query: str = "", path: str = "", **body: Any) -> dict[str, Any]:
    """Of the folder `events`, with another query, path or body."""
    text = (_ROOT / "events" / function / f"{name}.json").read_text(encoding="utf-8")
    event: dict[str, Any] = json.loads(text) | {"rawQueryString": query}
    event["headers"]["authorization"] = f"Bearer {_TOKEN}"
    if path:
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
    if body:
        event |= {"body": json.dumps(body), "isBase64Encoded": False}
        event["headers"] |= {"content-type": "application/json", "content-encoding": ""}
    return event


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
    from messaging_signup import app as signup
    from signpost.messaging import passwords, timestamps

    context = SimpleNamespace(aws_request_id="bench", get_remaining_time_in_millis=lambda: 30_000)
    figures: dict[str, list[float]] = {}

    def measured(name: str, module: Any, event: dict[str, Any], runs: int = RUNS) -> None:
        function = module.__name__.partition(".")[0]
        module.handler(event, context)
        tables[-1].calls.clear()
        tables[-1].write_units = 0
        costs = []
        for _ in range(runs):
            tables[-1].all_seen = False
            start = time.thread_time()
            reply = module.handler(event, context)
            costs.append((time.thread_time() - start) * 1e6)
            assert reply["statusCode"] == 200, (function, name, reply["body"])
        calls = tables[-1].calls
        reads = sum(calls[each] for each in ("GetItem", "BatchGetItem", "Query"))
        figures[f"{name}.cpu"] = costs
        figures[f"{name}.reads"] = [reads / runs]
        figures[f"{name}.transactions"] = [calls["TransactWriteItems"] / runs]
        figures[f"{name}.write_units"] = [tables[-1].write_units / runs]

    for size_ in SIZES:
        tables.append(Table())
        tables[-1].fill(stored(size_))
        newest, some = timestamps.to_text(_NOW * 10_000), timestamps.to_text(_NOW * 1_000 + size_ - 1 - CHANGED)
        measured(f"sync.{size_}", people, _event("messaging_people", "mine-sync", query=f"updated_at={newest}"))
        measured(f"sync_changed.{size_}", people, _event("messaging_people", "mine-sync", query=f"updated_at={some}"))
        measured(f"sync_all.{size_}", people, _event("messaging_people", "mine-sync_all"))
    measured("me", people, _event("messaging_people", "me"))
    measured("conversations", conversations, _event("messaging_conversations", "conversations"))
    of = "/api/me/conversations"
    measured(
        "messages", conversations, _event("messaging_conversations", "conversation-messages", path=f"{of}/1/messages")
    )
    path = f"{of}/{_UNREAD_IN}/watch_all"
    measured("watch_all", conversations, _event("messaging_conversations", "conversation-watch_all", path=path))
    for number, members in enumerate(MEMBERS, start=1):
        text = _event("messaging_conversations", "conversation-text", path=f"{of}/{number}/text")
        measured("post_text" if members == 10 else f"post_text.{members}", conversations, text)

    new = {"email": "ben@example.com", "username": "ben", "phone": "+14155550199", "password": _PASSWORD}
    register = _event("messaging_signup", "rest-register", **new)
    measured("register", signup, register)
    with patch.object(passwords, "hashed", lambda _: "hash"):
        measured("register_without_hash", signup, register)
    measured("verify", signup, _event("messaging_signup", "rest-verify", phone=_PHONE, code=_CODE))
    session = _event("messaging_signup", "rest-session", email=_EMAIL, password=_PASSWORD)
    measured("session", signup, session)
    with patch.object(passwords, "matches", lambda *_: True):
        measured("session_without_hash", signup, session)
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
    units = {"cpu": "µs", "reads": "calls", "transactions": "calls", "write_units": "units"}
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    figures = {name: median(name, values, units[name.rpartition(".")[2]]) for name, values in found.items()}
    growth = [
        ratio(f"{kind}.cpu_growth", figures[f"{kind}.{SIZES[-1]}.cpu"], figures[f"{kind}.{SIZES[0]}.cpu"])
        for kind in ("sync", "sync_changed", "sync_all")
    ]
    return [*figures.values(), *growth]


if __name__ == "__main__":
    print(json.dumps(work()))
