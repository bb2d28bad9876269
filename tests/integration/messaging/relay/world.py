"""The relay with its queues and a bus that only listens; and changes for it to relay."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from signpost.messaging.readings import Readings
from signpost.messaging.relay import wiring
from signpost.platform import aws, settings
from signpost.platform.event_bus import EventBus
from tests.aws import empty, empty_queue
from tests.queue_events import taken
from tests.stream_records import record

START = 1_795_247_130.0
_numbers = count(1)


class Listener(EventBus):
    """Sends as the bus does, and remembers what it sent."""

    def __init__(self, name: str) -> None:
        super().__init__(aws.events, name, "signpost.messaging")
        self.heard: list[tuple[str, Mapping[str, object]]] = []

    def send_all(self, events: Sequence[tuple[str, Mapping[str, object]]]) -> None:
        super().send_all(events)
        self.heard += events


class World:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self.settings = settings.load(wiring.Settings, environment)
        self.now = START
        self.bus = Listener(self.settings.event_bus)
        self.relay = wiring.build(self.settings, clock=lambda: self.now)._replace(bus=self.bus)
        self.readings = Readings(aws.dynamodb(), self.settings.messaging_table)
        empty(self.settings.messaging_table)
        self.urls = {
            "jobs": self.settings.messaging_queue,
            "sms": self.settings.sms_queue,
            "push": self.settings.push_queue,
            "email": self.settings.email_queue,
            "failures": self.settings.relay_failures_queue,
        }
        for url in self.urls.values():
            empty_queue(url)

    def queued(self, name: str) -> list[Any]:
        return taken(self.urls[name])

    def totals(self) -> dict[str, int]:
        """Those that are not 0."""
        return {name: number for name, number in self.readings.totals().items() if number}

    def video(self) -> dict[str, Any]:
        number = next(_numbers)
        item = {"guid": f"g{number}", "sender": 6, "type": "video", "content": {}, "sent_at": START}
        return record({"pk": "conversation#3", "sk": f"content#{number:026}", **item}, at=START)

    def sms(self) -> dict[str, Any]:
        return record({"pk": f"outbox#{next(_numbers):026}", "sk": "sms", "to": "+14155550123", "text": "Hi"}, at=START)

    def copy(self) -> dict[str, Any]:
        key = {"pk": "user#5", "sk": f"message#7#{next(_numbers):026}"}
        return record({**key, "unseen": "7#", "sent_at": START, "content": {"text": "At eight?"}}, at=START)

    def poison(self) -> dict[str, Any]:
        return record({"pk": "user#5", "sk": "message#7", "unseen": "7#", "content": {"text": "At eight?"}}, at=START)
