"""Builds what `messaging_worker` does for those who join."""

from typing import NamedTuple

from signpost.messaging.contact_store import ContactStore
from signpost.messaging.conversations.names_store import ConversationNames
from signpost.messaging.invites.joining import Joining
from signpost.messaging.invites.store import InviteStore
from signpost.messaging.messages.joins_store import Joins
from signpost.messaging.store import MessagingStore
from signpost.messaging.user_store import UserStore
from signpost.messaging.wiring import digests
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock


class Settings(NamedTuple):
    messaging_table: str
    phone_key_secret: str


def build(settings: Settings, *, clock: Clock = system_clock) -> Joining:
    messaging = MessagingStore(aws.dynamodb(), settings.messaging_table, clock)
    table, keyed = messaging.table, digests(settings.phone_key_secret, clock=clock)
    return Joining(
        InviteStore(table, clock),
        UserStore(table),
        ContactStore(table, clock),
        joins=Joins(messaging, clock=clock),
        called=ConversationNames(messaging, keyed),
        digests=keyed,
    )
