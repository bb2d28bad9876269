"""What the token sweep reads and writes of an install, in InstagramInstalls.

Each write names what it follows from: the connection, the token's time of issue and the state. Whoever changed one of
them meanwhile knows more, and then nothing is written. Times are seconds since 1970.

`emailed` is a set of texts, one for each e-mail: its kind, and a hash of connection and address. It is there before the
e-mail is sent, so none goes to an address twice, and a new connection starts anew. A second text names the claim: by it
a worker knows its own when the reply was lost.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from hashlib import sha256
from secrets import token_hex
from typing import Any, Final

from signpost.instagram.connection_states import ConnectionState
from signpost.instagram.install_store import SERVICE, InstallStore
from signpost.instagram.installs import Install
from signpost.instagram.tokens.steps import Step
from signpost.platform.aws import named_errors

# Of each e-mail: when all owners had been sent it, and the id that SES gave the last one.
STAMPS: Final = {
    Step.FIRST_EMAIL: ("first_verify_email_sent_at", "first_email_id"),
    Step.SECOND_EMAIL: ("second_verify_email_sent_at", "second_email_id"),
    Step.PERMISSION_EMAIL: ("permission_email_sent_at", "permission_email_id"),
}
_INDEX: Final = "by_check_day"
_AS_SEEN: Final = "issued_at = :seen_issued_at AND #state = :seen_state"


class TokenStore:
    """Every method raises `Unavailable` when DynamoDB does not answer; false means that somebody was faster."""

    def __init__(self, installs: InstallStore, new_id: Callable[[], str] = lambda: token_hex(8)) -> None:
        self._installs, self._new_id = installs, new_id

    def get(self, install_id: str) -> Install | None:
        return self._installs.get(install_id)

    def due(self, days: Iterable[str]) -> Iterator[str]:
        """The ids of the installs that are to be looked at on these days, page by page."""
        for day in days:
            query: dict[str, Any] = {
                "TableName": self._installs.table,
                "IndexName": _INDEX,
                "KeyConditionExpression": "check_day = :day",
                "ExpressionAttributeValues": {":day": day},
            }
            while True:
                with named_errors(SERVICE):
                    page = self._installs.client.query(**query)
                yield from (str(item["key"]) for item in page["Items"])
                if "LastEvaluatedKey" not in page:
                    break
                query["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def renew(self, install: Install, new: Install) -> bool:
        """Store what Meta said about the token, and the new one if there is one."""
        sets = {"token": new.token, "issued_at": _number(new.issued_at), "scopes": list(new.scopes)}
        ends = {"expires_at": new.expires_at, "data_access_expires_at": new.data_access_expires_at}
        sets |= {name: _number(end) for name, end in ends.items() if end is not None}
        gone = [name for name, end in ends.items() if end is None]
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in sets)
        if gone:
            update += " REMOVE " + ", ".join(f"#{name}" for name in gone)
        values = {f":{name}": value for name, value in sets.items()}
        return self._change(install, update, values, names=(*sets, *gone))

    def move(self, install: Install, state: ConnectionState) -> bool:
        """Give it another state. One whose connection has ended is no longer synced."""
        connected = install._replace(state=state).is_connected
        update = "SET #state = :state" + ("" if connected else " REMOVE sync, sync_at")
        return self._change(install, update, {":state": state.value})

    def check_next(self, install: Install, day: str | None) -> bool:
        """Have it looked at on that day, or never again by itself."""
        if day is None:
            return self._change(install, "REMOVE check_day", {})
        return self._change(install, "SET check_day = :day", {":day": day})

    def claim(self, install: Install, email: Step, address: str) -> frozenset[str] | None:
        """Mark an e-mail just before it is sent; None when this address has had it. Returns what `release` takes."""
        mark = _mark(install, email, address)
        claim = frozenset({mark, f"{mark}#{self._new_id()}"})
        claimed = self._change(
            install,
            "ADD emailed :claim",
            {":claim": {*claim}, ":mark": mark},
            condition="NOT contains(emailed, :mark)",
        )
        if not claimed:
            # Perhaps it is ours: an SDK that lost the reply tries again, and meets its own claim.
            claimed = any(claim <= item.get("emailed", set()) for item in self._installs.items([install.id]))
        return claim if claimed else None

    def release(self, install: Install, email: Step, claim: frozenset[str]) -> bool:
        """Take a claim back, because the e-mail was not sent."""
        stamp, _ = STAMPS[email]
        return self._installs.change(
            install, f"REMOVE #{stamp} DELETE emailed :claim", {":claim": {*claim}}, names=(stamp,)
        )

    def stamp(self, install: Install, email: Step, addresses: Sequence[str], now: float) -> bool:
        """Note that all of these have had the e-mail."""
        stamp, _ = STAMPS[email]
        marks = {f":mark{number}": _mark(install, email, address) for number, address in enumerate(addresses)}
        return self._change(
            install,
            f"SET #{stamp} = :now",
            {":now": _number(now), **marks},
            condition=" AND ".join(f"contains(emailed, {mark})" for mark in marks),
            names=(stamp,),
        )

    def confirm(self, install: Install, email: Step, message_id: str) -> bool:
        """Note the id of an e-mail that SES took."""
        _, name = STAMPS[email]
        return self._installs.change(install, f"SET #{name} = :id", {":id": message_id}, names=(name,))

    def _change(
        self, install: Install, update: str, values: dict[str, Any], condition: str = "", names: Iterable[str] = ()
    ) -> bool:
        seen = {":seen_issued_at": _number(install.issued_at), ":seen_state": install.state.value}
        condition = f"{_AS_SEEN} AND {condition}" if condition else _AS_SEEN
        return self._installs.change(install, update, {**values, **seen}, condition, tuple(names))


def _number(seconds: float) -> Decimal:
    return Decimal(str(seconds))


def _mark(install: Install, email: Step, address: str) -> str:
    return f"{email.value}#{sha256(f'{install.connection} {address.casefold()}'.encode()).hexdigest()[:32]}"
