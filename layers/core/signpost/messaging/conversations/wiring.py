"""Builds what serves conversations."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.messaging import wiring
from signpost.messaging.caller_store import CallerStore
from signpost.messaging.callers import App, Caller
from signpost.messaging.conversations.changes_store import ConversationChanges
from signpost.messaging.conversations.creation import Creation
from signpost.messaging.conversations.creation_store import CreationStore
from signpost.messaging.conversations.service import Conversations
from signpost.messaging.conversations.store import ConversationStore
from signpost.messaging.cursors import Cursors
from signpost.messaging.messages.publishing import Publisher
from signpost.messaging.messages.store import MessageStore
from signpost.messaging.paging import Paging
from signpost.messaging.store import MessagingStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.rate_limit import RateLimit


class Settings(NamedTuple):
    messaging_table: str
    phone_key_secret: str
    rate_limits_table: str
    public_url: str = ""


class ConversationsFeature(NamedTuple):
    admit: Callable[[str, App], Caller]
    conversations: Conversations
    creation: Creation
    paging: Paging
    public_url: str  # empty for API Gateway's own address


def build(settings: Settings, *, clock: Clock = system_clock) -> ConversationsFeature:
    messaging = MessagingStore(aws.dynamodb(), settings.messaging_table, clock)
    limit = RateLimit(settings.rate_limits_table, aws.dynamodb(), clock)
    digests = wiring.digests(settings.phone_key_secret, clock=clock)
    publisher = Publisher(MessageStore(messaging, digests, clock=clock))
    store, changes = ConversationStore(messaging, digests), ConversationChanges(messaging, clock=clock)
    return ConversationsFeature(
        admit=CallerStore(messaging.table, clock).admit,
        conversations=Conversations(store, changes, publisher),
        creation=Creation(CreationStore(messaging, digests, clock=clock), limit),
        paging=Paging(Cursors(digests), settings.public_url),
        public_url=settings.public_url,
    )
