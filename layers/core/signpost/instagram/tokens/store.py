"""The token sweep's reads and writes of installs, in InstagramInstalls.

Each write is conditional on what it is based on: the connection, the token's time of issue and the state. If one of
them has changed meanwhile, somebody else has newer facts, and nothing is written. Times are seconds since 1970.

`emailed` is a set with two strings for each e-mail. The first, its kind with a hash of connection and address, is added
before the e-mail is sent, so that an address gets it once for each connection. The second identifies the claim, so that
a worker whose reply was lost recognizes its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from hashlib import sha256
from operator import and_
from secrets import token_hex

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.install_store import InstallStore
from signpost.instagram.installs import Install
from signpost.instagram.tokens.steps import STAMPS, Step
from signpost.platform.dynamodb import Attr, Change, ConditionBase, Key


class TokenStore:
    """Every method raises `Unavailable` when DynamoDB does not answer; false means that somebody else was faster."""

    def __init__(self, installs: InstallStore, new_id: Callable[[], str] = lambda: token_hex(8)) -> None:
        self._installs, self._new_id = installs, new_id

    def get(self, install_id: str) -> Install | None:
        return self._installs.get(install_id)

    def due(self, days: Iterable[str]) -> Iterator[str]:
        """The ids of the installs to check on these days, page by page."""
        for day in days:
            for item in self._installs.table.items(Key("check_day").eq(day), index="by_check_day"):
                yield item["key"]

    def connected(self) -> Iterator[str]:
        """The ids of all installs that are synced, page by page."""
        for item in self._installs.table.items(Key("sync").eq("due"), index="by_sync"):
            yield item["key"]

    def renew(self, install: Install, new: Install) -> bool:
        """Store what Meta said about the token, and the new token if there is one."""
        changed = ("token", "issued_at", "scopes", "expires_at", "data_access_expires_at")
        values = {name: getattr(new, name) for name in changed}
        known = {name: value for name, value in values.items() if value is not None}
        return self._change(install, Change(set=known, remove=[name for name in changed if name not in known]))

    def move(self, install: Install, state: ConnectionState) -> bool:
        """Change the state. An install whose connection has ended is no longer synced."""
        gone = () if install._replace(state=state).is_connected else ("sync", "sync_at")
        return self._change(install, Change(set={"state": state.value}, remove=gone))

    def heal(self, install: Install, state: ConnectionState, scopes: Sequence[str], now: float) -> bool:
        """Record that the account can be read again, and have it synced."""
        changed: dict[str, object] = {"state": state.value, "scopes": list(scopes)}
        if install.stopped_at is None:
            changed |= {"sync": "due", "sync_at": now}
        return self._change(install, Change(set=changed, remove=["refused_since", "missing_since"]))

    def note_refusal(self, install: Install, now: float) -> bool:
        """Note when Meta first said that a permission is missing."""
        return self._change(install, Change(set_once={"refused_since": now}))

    def check_next(self, install: Install, day: str | None) -> bool:
        """Schedule the next check; None: no further checks."""
        return self._change(install, Change(set={"check_day": day}) if day else Change(remove=["check_day"]))

    def claim(self, install: Install, email: Step, address: str) -> frozenset[str] | None:
        """Claim an e-mail just before it is sent; None when this address has had it. Returns what `release` takes."""
        mark = _mark(install, email, address)
        claim = frozenset({mark, f"{mark}#{self._new_id()}"})
        claimed = self._change(install, Change(add={"emailed": claim}), ~Attr("emailed").contains(mark))
        if not claimed:
            # The claim may be ours: when the reply is lost, the SDK retries and finds it there.
            claimed = any(claim <= item.get("emailed", set()) for item in self._installs.items([install.id]))
        return claim if claimed else None

    def release(self, install: Install, email: Step, claim: frozenset[str]) -> bool:
        """Withdraw a claim, because the e-mail was not sent."""
        return self._installs.change(install, Change(remove=[STAMPS[email].sent_at], delete={"emailed": claim}))

    def stamp(self, install: Install, email: Step, addresses: Sequence[str], now: float) -> bool:
        """Note that all of these addresses have had the e-mail."""
        claimed = [Attr("emailed").contains(_mark(install, email, address)) for address in addresses]
        return self._change(install, Change(set={STAMPS[email].sent_at: now}), *claimed)

    def confirm(self, install: Install, email: Step, message_id: str) -> bool:
        """Note the id of an e-mail that SES accepted."""
        return self._installs.change(install, Change(set={STAMPS[email].last_id: message_id}))

    def _change(self, install: Install, change: Change, *conditions: ConditionBase) -> bool:
        as_seen = Attr("issued_at").eq(install.issued_at) & Attr("state").eq(install.state.value)
        return self._installs.change(install, change, reduce(and_, conditions, as_seen))


def _mark(install: Install, email: Step, address: str) -> str:
    return f"{email.value}#{sha256(f'{install.connection} {address.casefold()}'.encode()).hexdigest()[:32]}"
