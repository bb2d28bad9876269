"""Builds the welcome."""

from typing import NamedTuple

from signpost.messaging import wiring
from signpost.messaging.conversations.creation import Creation
from signpost.messaging.conversations.creation_store import CreationStore
from signpost.messaging.messages.publishing import Publisher
from signpost.messaging.messages.store import MessageStore
from signpost.messaging.store import MessagingStore
from signpost.messaging.welcome.greeting import Greeting
from signpost.messaging.welcome.store import WelcomeStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock


class Settings(NamedTuple):
    messaging_table: str
    phone_key_secret: str
    public_url: str = ""
    welcome_username: str = ""


def build(settings: Settings, *, clock: Clock = system_clock) -> Greeting:
    messaging = MessagingStore(aws.dynamodb(), settings.messaging_table, clock)
    digests = wiring.digests(settings.phone_key_secret, clock=clock)
    return Greeting(
        WelcomeStore(messaging.table),
        Creation(CreationStore(messaging, digests, clock=clock), limit=None),
        Publisher(MessageStore(messaging, digests, clock=clock)),
        settings.welcome_username.lower(),
        f"{settings.public_url}/download",
    )
