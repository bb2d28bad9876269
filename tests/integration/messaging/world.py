"""People with phones that talk, in the table Messaging: they sign in here, and call the real handlers.

world = World(handlers, environment)
nora, ben = world.user("nora"), world.user("ben")
status, body = world.call(nora, "POST", f"/api/me/conversations/{id}/text", text="Hi", guid="1")
world.deliver()                                  # what the stream and the queues would do
"""

import json
import time
from collections.abc import Callable, Mapping
from itertools import count
from types import ModuleType
from typing import Any, NamedTuple
from urllib.parse import urlencode

from signpost.messaging import callers, keys, memberships, phones, wiring
from signpost.messaging.digests import Digests
from signpost.messaging.store import MessagingStore
from signpost.platform import aws, ids
from signpost.platform.dynamodb import Attr, Key
from tests import dynamodb
from tests.http_events import http_event
from tests.lambda_context import context
from tests.openapi import assert_conforms
from tests.queue_events import queue_event

V1 = "application/vnd.co.hollerback-v1+json"
Json = dict[str, Any]
_numbers = count(1)
# The function that serves what is under a prefix; the longest prefix counts.
_SERVED = {
    "/api": "messaging_signup",
    "/api/contacts": "messaging_people",
    "/api/me": "messaging_people",
    "/api/me/conversations": "messaging_conversations",
    "/api/me/videos": "messaging_conversations",
}


class Person(NamedTuple):
    id: int
    username: str
    phone: str
    token: str


_ANYWHERE = (405, 500)  # what any address may answer


class World:
    """`handlers` and `environment` are the fixtures of tests/integration/conftest.py."""

    exists = Attr("pk").exists()

    def __init__(self, handlers: Callable[[str], ModuleType], environment: Mapping[str, str]) -> None:
        self._handlers, self._environment = handlers, environment
        self.table = environment["MESSAGING_TABLE"]
        self.store = MessagingStore(aws.dynamodb(), self.table, wait=lambda _seconds: None)

    @property
    def digests(self) -> Digests:
        return wiring.digests(self._environment["PHONE_KEY_SECRET"])

    # --------------------------------------------------------------------------------------------------- people
    def user(self, username: str = "", *, verified: bool = True) -> Person:
        """Somebody who has registered, has one device, and is in nobody's contacts. Names are made unique."""
        number, now = next(_numbers), time.time()
        name = f"{username or 'user'}{number}"
        person = Person(number, name, f"+1415{5_000_000 + number}", f"token-{number}")
        digest = self.digests.phone(person.phone)
        profile = {
            **keys.profile(person.id),
            "id": person.id,
            "username": name,
            "email": f"{name}@example.com",
            "phone": person.phone,
            "created_at": now,
            "last_active_at": now,
            "activity": keys.PROFILE_ACTIVITY,
        }
        token = {
            **keys.token(callers.digest(person.token)),
            "user": person.id,
            "device": 1,
            "active_at": now,
            "ttl": callers.expires_at(now),
        }
        dynamodb.put(
            self.table,
            {**profile, "verified_at": now} if verified else profile,
            token,
            {
                **keys.device(person.id, 1),
                "id": 1,
                "digest": callers.digest(person.token),
                "platform": "ios",
                "created_at": now,
            },
            {**keys.clock(person.id), "version": 1},
            {**keys.phone(digest), "user": person.id, **({"verified": True} if verified else {})},
            {**keys.username(name), "user": person.id},
            {**keys.email(self.digests.email(f"{name}@example.com")), "user": person.id},
        )
        return person

    def people(self, number: int) -> list[Person]:
        return [self.user() for _ in range(number)]

    def contact(self, owner: Person, phone: str, name: str) -> None:
        """Have `owner` know this phone under this name."""
        item = {**keys.contact(owner.id, self.digests.phone(phone)), "name": name, "hash": phones.md5_hash(phone)}
        dynamodb.put(self.table, item)

    def mute(self, person: Person, other: Person) -> None:
        dynamodb.put(self.table, keys.mute(person.id, other.id))

    def fill(self, person: Person, conversation: int, sender: Person, number: int) -> None:
        """So many unread texts, without the calls that would bring them."""
        membership = self.membership(person, conversation)
        now = membership["last_message_at"]
        copies: list[Json] = []
        for each in range(number):
            content = {"guid": f"fill-{next(_numbers)}", "type": "text", "sender": sender.id, "needs_reply": True}
            content |= {"content": {"text": str(each)}, "sent_at": now}
            copy = memberships.copy(membership, content, ids.ulid(now + each / 1000), sender.username, each + 2)
            membership = memberships.with_message(membership, copy, each + 2)
            copies.append(copy)
        dynamodb.put(self.table, *copies, membership)

    def unmute(self, person: Person, other: Person) -> None:
        dynamodb.table(self.table).delete_item(Key=dict(keys.mute(person.id, other.id)))

    # ---------------------------------------------------------------------------------------------------- calls
    def call(
        self,
        person: Person | None,
        method: str,
        path: str,
        *,
        v1: bool = True,
        described: bool = True,
        headers: Mapping[str, str] | None = None,
        **parameters: Any,
    ) -> tuple[int, Json]:
        """The status and the body of the reply to a request with these parameters, in the query or as JSON.

        It has to be one that the API reference describes, unless the path is none of its.
        """
        headers = {**(headers or {}), **({"accept": V1} if v1 else {})}
        if person is not None:
            headers["authorization"] = f"Bearer {person.token}"
        reading = method in ("GET", "HEAD", "DELETE")
        path, _, query = path.partition("?")
        event = http_event(
            method,
            path,
            query="&".join(filter(None, [query, urlencode(parameters)])) if reading else query,
            headers=headers,
            body=None if reading else parameters,
        )
        prefix = max((each for each in _SERVED if f"{path}/".startswith(f"{each}/")), key=len)
        reply = self._handlers(_SERVED[prefix]).handler(event, context())
        if described and reply["statusCode"] not in _ANYWHERE:
            assert_conforms(method, path, reply)
        return reply["statusCode"], json.loads(reply["body"]) if reply.get("body") else {}

    def done(self, person: Person, method: str, path: str, **parameters: Any) -> Any:
        """The `data` of a call that succeeds."""
        status, body = self.call(person, method, path, **parameters)
        assert status == 200, body
        return body["data"]

    def talk(self, *people: Person, **parameters: Any) -> dict[Person, int]:
        """A conversation that the first one begins: each person's id of it."""
        first, *others = people
        path = "/api/me/conversations"
        self.done(first, "POST", path, username=[each.username for each in others], **parameters)
        newest = {each: max(self.memberships(each), key=lambda found: found["id"]) for each in people}
        return {each: membership["id"] for each, membership in newest.items()}

    def say(self, person: Person, conversation: int, text: str, guid: str = "") -> Json:
        data: Json = self.done(
            person,
            "POST",
            f"/api/me/conversations/{conversation}/text",
            text=text,
            guid=guid or f"guid-{next(_numbers)}",
        )
        return data

    # ------------------------------------------------------------------------------------------- what is stored
    def memberships(self, person: Person) -> list[Json]:
        return self._under(keys.of_user(person.id), "membership#")

    def membership(self, person: Person, conversation: int) -> Json:
        return self.store.table.get(keys.membership(person.id, conversation)) or {}

    def messages(self, person: Person, conversation: int) -> list[Json]:
        """All of them, oldest first, with the deleted ones."""
        return self._under(keys.of_user(person.id), keys.messages(conversation))

    def outbox(self) -> list[Json]:
        """What is to be sent, and jobs, oldest first."""
        found = [item for item in dynamodb.items(self.table) if item["pk"].startswith("outbox#")]
        return sorted(found, key=lambda item: str(item["pk"]))

    def _under(self, pk: str, beginning: str) -> list[Json]:
        return list(self.store.table.items(Key("pk").eq(pk) & Key("sk").begins_with(beginning)))

    # ------------------------------------------------------------------------------------------------- delivery
    def jobs(self) -> list[Json]:
        """What the relay would make of the items that are there now."""
        jobs: list[Json] = []
        for item in dynamodb.items(self.table):
            kind, _, rest = item["sk"].partition("#")
            if item.get("fan_out"):
                conversation = int(item["pk"].partition("#")[2])
                jobs.append({"job": "fan_out", "conversation": conversation, "ulid": rest})
            elif item.get("clear_due"):
                user = int(item["pk"].partition("#")[2])
                jobs.append({"job": "clear", "user": user, "membership": int(rest)})
            elif kind == "job":
                about = next(name for name in ("conversation", "user") if name in item)
                jobs.append({"job": item["job"], about: int(item[about])})
        return jobs

    def deliver(self) -> None:
        """Have the worker do all jobs that wait, until there are none."""
        while waiting := self.jobs():
            self.run(*waiting)
            for item in self.outbox():
                if item["sk"] == "job":
                    dynamodb.table(self.table).delete_item(Key={"pk": item["pk"], "sk": item["sk"]})

    def run(self, *jobs: Json) -> None:
        """Have the worker do these jobs."""
        reply = self._handlers("messaging_worker").handler(queue_event(*jobs), context())
        assert reply == {"batchItemFailures": []}
