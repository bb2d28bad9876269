"""Builds sign-up from its settings."""

from collections.abc import Callable
from typing import NamedTuple

from signpost.messaging import callers, wiring
from signpost.messaging.caller_store import CallerStore
from signpost.messaging.deletion import wiring as deletions
from signpost.messaging.signup.answers import Signup
from signpost.messaging.signup.limits import Limits
from signpost.messaging.signup.registering import Registering
from signpost.messaging.signup.resets import Resets
from signpost.messaging.signup.sessions import Sessions
from signpost.messaging.signup.store import SignupStore
from signpost.messaging.signup.waiting import WaitingList
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Table
from signpost.platform.ids import number_id
from signpost.platform.rate_limit import RateLimit


class Settings(NamedTuple):
    messaging_table: str
    phone_key_secret: str
    rate_limits_table: str
    public_url: str = ""  # empty: the API's own address
    oldest_app: str = ""  # version; empty: any
    oldest_beta: str = ""


def build(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    new_id: Callable[[float], int] = number_id,
    new_token: Callable[[], str] = callers.new_token,
) -> Signup:
    client = aws.dynamodb()
    digests = wiring.digests(settings.phone_key_secret, clock=clock)
    table = Table(client, settings.messaging_table, "The table of messages")
    store = SignupStore(table, digests)

    def code_key() -> bytes:
        return digests.derived("codes")

    deletion = deletions.Settings(settings.messaging_table, settings.phone_key_secret)
    return Signup(
        store,
        Registering(store, code_key, clock, new_id),
        Sessions(store, code_key, clock, new_id, new_token),
        Resets(store, clock, new_token),
        WaitingList(store, clock),
        deletions.build(deletion, digests=digests, clock=clock).asked,
        CallerStore(table, clock),
        Limits(RateLimit(settings.rate_limits_table, client, clock)),
        settings.public_url,
        settings.oldest_app,
        settings.oldest_beta,
    )
