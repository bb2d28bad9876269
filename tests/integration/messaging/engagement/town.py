"""People who registered at some time, and the sweep that looks at them."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from signpost.messaging import callers, keys
from signpost.messaging.engagement import schedule, wiring
from signpost.messaging.engagement.sweep import Sweep, Swept
from signpost.platform import settings
from signpost.platform.dynamodb import Attr, Change
from tests import dynamodb
from tests.integration.messaging.world import Person, World

HOUR, DAY = 3600.0, 86_400.0
SF: Final = ZoneInfo("America/Los_Angeles")  # where the area code 415 is
NOON: Final = datetime(2026, 11, 22, 12, tzinfo=SF).timestamp()
PARTS: Final = (
    "welcome_conversations",
    "invite_reminders",
    "inactive_reminders",
    "inactive_emails",
    "reactivation",
    "clean_up",
)
ALL_ON: Final[dict[str, Any]] = dict.fromkeys(PARTS, "on")


class Town:
    """People who registered at some time, and a sweep at `now`."""

    def __init__(self, world: World, environment: Mapping[str, str]) -> None:
        self.world, self.now = world, NOON
        self._environment = {**environment, "PUBLIC_URL": "https://signpost.example"}
        self.failures: list[str] = []
        self._number = 0

    def sweep(self, may_go_on: Callable[[], bool] = lambda: True, **on: str) -> Swept:
        """With everything on, unless `on` says otherwise."""
        return self.built(**on).run(may_go_on)

    def built(self, **on: str) -> Sweep:
        given = settings.load(wiring.Settings, self._environment)._replace(
            welcome_username="greeter", **{**ALL_ON, **on}
        )
        return wiring.build(given, report=self._report, clock=lambda: self.now)

    def _report(self, error: Exception, kind: str) -> None:
        self.failures.append(f"{kind}: {error!r}")

    def person(self, *, verified_for: float | None, quiet_for: float = 0.0, **fields: Any) -> Person:
        """Who joined, and was active last, that many seconds ago; due now."""
        person = self.world.user(verified=verified_for is not None)
        joined = self.now - (verified_for or 0)
        due = {**schedule.registered(person.id, 0), "due_at": self.now - 1}
        facts = {"created_at": joined, "last_active_at": self.now - quiet_for, **due, **fields}
        self.change(person, verified_at=joined, **facts) if verified_for is not None else self.change(person, **facts)
        token = Change(set={"active_at": self.now - quiet_for, "ttl": callers.expires_at(self.now + 90 * DAY)})
        self.world.store.table.update_if(keys.token(callers.digest(person.token)), token, Attr("pk").exists())
        return person

    def change(self, person: Person, **fields: Any) -> None:
        self.world.store.table.update_if(keys.profile(person.id), Change(set=fields), Attr("pk").exists())

    def profile(self, person: Person) -> dict[str, Any]:
        return self.world.store.table.get(keys.profile(person.id)) or {}

    def unseen(self, person: Person, *, sender: str = "Nora", video: bool = False, ulid: str = "01A") -> int:
        """A conversation in which a message waits."""
        self._number += 1
        membership, now = self._number, self.now - DAY
        common = {"version": self._number * 10}
        dynamodb.put(
            self.world.table,
            {
                **keys.membership(person.id, membership),
                "id": membership,
                "members": 2,
                "last_message_at": now,
                "unread_media": int(video),
                "unread_text": int(not video),
                "unseen": keys.unread_membership(membership),
                **common,
            },
            {
                **keys.message(person.id, membership, ulid),
                "guid": f"guid-{membership}",
                "sender": 0,  # nobody of these people
                "sender_name": sender,
                "sent_at": now,
                "unseen": keys.unseen_message(membership, ulid),
                "version": self._number * 10 + 1,
            },
        )
        return membership

    def sent(self, person: Person, at: float) -> None:
        item = {**keys.message(person.id, 77, "01B"), "sender": person.id, "sent_at": at, "version": 1}
        dynamodb.put(self.world.table, item)

    def invite(self, phone: str, inviter: Person, *, age: float, conversation: int | None = None) -> keys.Key:
        digest = self.world.digests.phone(phone)
        key = keys.invite(digest, conversation, inviter.id)
        due = {**schedule.invited(digest, 0), "due_at": self.now - 1}
        item = {"phone": phone, "inviter": inviter.id, "conversation": conversation or 0, "created_at": self.now - age}
        dynamodb.put(self.world.table, {**key, **item, **due})
        return key

    def outbox(self) -> list[tuple[str, Any]]:
        """What waits to be sent: the channel and what it says, or the job."""
        return [(item["sk"], item.get("alert") or item.get("text") or item.get("job")) for item in self.world.outbox()]
