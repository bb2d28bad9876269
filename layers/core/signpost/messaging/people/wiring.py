"""Builds what the routes about people need: oneself, friends, contacts, invites, and the sync."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.messaging.aliases import Aliases
from signpost.messaging.caller_store import CallerStore
from signpost.messaging.callers import App, Caller
from signpost.messaging.contact_store import ContactStore
from signpost.messaging.contacts.book import AddressBook
from signpost.messaging.cursors import Cursors
from signpost.messaging.deletion import wiring as deletion
from signpost.messaging.deletion.progress import Deletions
from signpost.messaging.friends.service import Friends
from signpost.messaging.friends.store import FriendStore
from signpost.messaging.invites.inviting import Inviting
from signpost.messaging.invites.store import InviteStore
from signpost.messaging.paging import Paging
from signpost.messaging.profile.changes import Profiles
from signpost.messaging.profile.store import ProfileStore
from signpost.messaging.store import MessagingStore
from signpost.messaging.sync.changes import Sync
from signpost.messaging.sync.replies import SyncReplies
from signpost.messaging.sync.store import SyncStore
from signpost.messaging.user_store import UserStore
from signpost.messaging.wiring import digests
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.rate_limit import RateLimit


class Settings(NamedTuple):
    messaging_table: str
    rate_limits_table: str
    phone_key_secret: str
    public_url: str = ""


class People(NamedTuple):
    admit: Callable[[str, App], Caller]
    profiles: Profiles
    sync: SyncReplies
    friends: Friends
    book: AddressBook
    inviting: Inviting
    deletions: Deletions
    paging: Paging


def build(settings: Settings, *, clock: Clock = system_clock) -> People:
    client = aws.dynamodb()
    messaging = MessagingStore(client, settings.messaging_table, clock)
    table, keyed = messaging.table, digests(settings.phone_key_secret, clock=clock)
    limit = RateLimit(settings.rate_limits_table, client, clock)
    users, contacts = UserStore(table), ContactStore(table, clock)
    return People(
        CallerStore(table, clock).admit,
        Profiles(ProfileStore(table, keyed, clock), keyed, clock),
        SyncReplies(Sync(SyncStore(messaging))),
        Friends(FriendStore(table, clock), users, Aliases(contacts, keyed)),
        AddressBook(contacts, users, keyed, limit),
        Inviting(InviteStore(table, clock), users, keyed, limit),
        deletion.build(
            deletion.Settings(settings.messaging_table, settings.phone_key_secret), digests=keyed, clock=clock
        ).asked,
        Paging(Cursors(keyed), settings.public_url),
    )
