"""People who sign up, through the real handler, with a clock of their own."""

import json
import re
from collections.abc import Mapping
from itertools import count
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from signpost.messaging import keys, wiring
from signpost.messaging.signup import wiring as signup_wiring
from signpost.platform import settings
from tests import dynamodb
from tests.http_events import http_event
from tests.lambda_context import context
from tests.openapi import assert_conforms

if TYPE_CHECKING:
    from signpost.messaging.api import MessagingApi

Json = dict[str, Any]
_numbers = count(1)
V1 = {"accept": "application/vnd.co.hollerback-v1+json"}


NOWHERE = "/api/nothing"


class Clock:
    def __init__(self, now: float = 1_795_244_400.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Newcomers:
    def __init__(self, module: ModuleType, environment: Mapping[str, str]) -> None:
        self.clock = Clock()
        self.module = module
        self.table = environment["MESSAGING_TABLE"]
        self.limits = environment["RATE_LIMITS_TABLE"]
        self.settings = settings.load(signup_wiring.Settings, environment)
        self.signup = signup_wiring.build(self.settings, clock=self.clock)
        self.digests = wiring.digests(self.settings.phone_key_secret)
        self.app: MessagingApi = module.serving(self.signup)
        self._address = 0

    # ---------------------------------------------------------------------------------------------------- calls
    def call(self, method: str, path: str, *, headers: Any = None, ip: Any = "", **fields: Any) -> tuple[int, Any]:
        """From an address of its own, unless it has one."""
        reply = self.reply(method, path, headers=headers, ip=ip, **fields)
        body, is_json = reply.get("body") or "", "json" in reply["headers"].get("content-type", "")
        return reply["statusCode"], json.loads(body) if body and is_json else body

    def reply(self, method: str, path: str, *, headers: Any = None, ip: Any = "", **fields: Any) -> Json:
        reading = method in ("GET", "DELETE")
        event = http_event(
            method,
            path,
            query=urlencode(fields) if reading else "",
            headers={"content-type": "application/json", **(headers or {})},
            body=None if reading else fields,
            ip=ip or self._next_address(),
        )
        found: Json = self.module.handler(event, context(), feature=self.app)
        found["headers"] = {name.lower(): value for name, value in found["headers"].items()}
        # What any address may answer, or one that there is not, is in no reference.
        if found.get("body") and found["statusCode"] not in (405, 500) and path != NOWHERE:
            assert_conforms(method, path.rstrip("/"), found)
        return found

    def _next_address(self) -> str:
        self._address += 1
        return f"10.{self._address >> 16 & 255}.{self._address >> 8 & 255}.{self._address & 255}"

    # --------------------------------------------------------------------------------------------------- people
    def new(self, **fields: Any) -> Json:
        """What somebody registers with; nobody else has it."""
        number = next(_numbers)
        return {
            "email": f"nora{number}@example.com",
            "username": f"nora{number}",
            "password": "correct horse",
            "phone": f"+1415555{number:04}",
            **fields,
        }

    def register(self, **fields: Any) -> Json:
        """Register somebody; returns what they registered with and their id."""
        new = self.new(**fields)
        status, body = self.call("POST", "/api/register", **new)
        assert status == 200, body
        return {**new, "id": body["user"]["id"]}

    def verified(self, **fields: Any) -> Json:
        """Somebody who is verified, with a token."""
        new = self.register(**fields)
        status, body = self.call("POST", "/api/verify", phone=new["phone"], code=self.code(new["phone"]))
        assert status == 200, body
        return {**new, "token": body["access_token"]}

    # ----------------------------------------------------------------------------------------------- what is stored
    def items(self, kind: str = "") -> list[Json]:
        found: list[Json] = dynamodb.items(self.table)
        return [item for item in found if item["pk"].startswith(kind)]

    def outbox(self, channel: str, to: str = "") -> list[Json]:
        """Oldest first."""
        found = [item for item in self.items("outbox#") if item["sk"] == channel and to in {"", item.get("to")}]
        return sorted(found, key=lambda item: (item["created_at"], item["pk"]))

    def code(self, phone: str) -> str:
        """The last one that a phone was sent."""
        match = re.search(r"\d{4}", self.outbox("sms", phone)[-1]["text"])
        assert match
        return match[0]

    def profile(self, user: int) -> Json | None:
        return dynamodb.get(self.table, **keys.profile(user)) or None
