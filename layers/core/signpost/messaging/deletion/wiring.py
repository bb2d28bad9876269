"""Builds the deletion of users."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.messaging import wiring
from signpost.messaging.deletion.erasing import Erasing
from signpost.messaging.deletion.progress import Deletions
from signpost.messaging.deletion.store import DeletionStore
from signpost.messaging.digests import Digests
from signpost.messaging.store import MessagingStore
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.ids import ulid


class Settings(NamedTuple):
    messaging_table: str
    phone_key_secret: str


class Deletion(NamedTuple):
    asked: Deletions  # for the API
    erasing: Erasing  # for the job `delete_user`


def build(
    settings: Settings,
    *,
    digests: Digests | None = None,
    clock: Clock = system_clock,
    new_id: Callable[[float], str] = ulid,
) -> Deletion:
    digests = digests or wiring.digests(settings.phone_key_secret, clock=clock)
    store = DeletionStore(MessagingStore(aws.dynamodb(), settings.messaging_table, clock), digests)
    return Deletion(Deletions(store, digests, clock, new_id), Erasing(store, clock))
