"""Builds what passes on the changes of the table Messaging."""

from typing import NamedTuple

from signpost.messaging.relay.records import EMAIL, JOBS, PUSH, SMS
from signpost.messaging.relay.relaying import Relay
from signpost.messaging.relay.store import TotalStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Table
from signpost.platform.event_bus import EventBus
from signpost.platform.queue import MessageQueue


class Settings(NamedTuple):
    messaging_table: str
    messaging_queue: str
    sms_queue: str
    push_queue: str
    email_queue: str
    relay_failures_queue: str
    event_bus: str


def build(settings: Settings, *, clock: Clock = system_clock) -> Relay:
    def queue(url: str) -> MessageQueue:
        return MessageQueue(aws.sqs(), url)

    return Relay(
        {
            JOBS: queue(settings.messaging_queue),
            SMS: queue(settings.sms_queue),
            PUSH: queue(settings.push_queue),
            EMAIL: queue(settings.email_queue),
        },
        EventBus(aws.events, settings.event_bus, "signpost.messaging"),
        TotalStore(Table(aws.dynamodb(), settings.messaging_table, "The table of messages"), clock),
        queue(settings.relay_failures_queue),
    )
