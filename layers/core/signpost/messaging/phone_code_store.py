"""The codes that phones were sent, in the table Messaging: one item for each phone, whatever its code is for.

So a phone gets no more codes, and a code no more tries, by asking for codes in several ways.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from signpost.messaging import keys, outbox, texts
from signpost.messaging.codes import MAX_TRIES, WINDOW, Code
from signpost.messaging.digests import Digests
from signpost.messaging.phone_codes import PhoneCode, Sending
from signpost.platform.dynamodb import Action, Attr, Change, Table

_CODE: Final = ("digest", "until", "tries", "user")


class PhoneCodeStore:
    """Every method raises `Unavailable` when DynamoDB does not answer. Phones are E.164."""

    def __init__(self, table: Table, digests: Digests) -> None:
        self._table, self._digests = table, digests

    def get(self, phone: str) -> PhoneCode:
        return read(self._table.get(self._key(phone)))

    def sending(self, phone: str, before: PhoneCode, sending: Sending, now: float) -> Iterator[Action]:
        """For a transaction, on the condition that nobody else had the phone sent a code meanwhile."""
        user, code, sent = sending.stored
        assert code is not None  # noqa: S101  (what is sent is a code)
        unchanged = Attr("sent").eq(list(before.sent)) if before.sent else Attr("sent").not_exists()
        item = {**code._asdict(), "user": user, "sent": list(sent), "ttl": int(now + WINDOW + 1)}
        yield self._table.putting({**self._key(phone), **item}, unchanged)
        text = texts.code_sms(sending.digits)
        yield self._table.putting(outbox.sms(now, to=phone, text=text, event="code"))

    def count_try(self, phone: str, before: PhoneCode, now: float) -> PhoneCode | None:
        """The code with this try counted, if it may be tried. Without a code, it takes as long."""
        digest, tries = (before.code.digest, before.code.tries) if before.code else ("", 0)
        may_be = Attr("digest").eq(digest) & Attr("tries").lt(MAX_TRIES) & Attr("until").gt(now)
        if not self._table.update_if(self._key(phone), Change(add={"tries": 1}), may_be) or before.code is None:
            return None
        return before._replace(code=before.code._replace(tries=tries + 1))

    def using(self, phone: str, code: Code) -> Action:
        """For the transaction that a right code allows: it works once."""
        return self._table.updating(self._key(phone), Change(remove=_CODE), Attr("digest").eq(code.digest))

    def forget(self, phone: str, user: int) -> None:
        """A user's code works no more. When codes were sent is kept, or deleting oneself would be a way to more."""
        self._table.update_if(self._key(phone), Change(remove=_CODE), Attr("user").eq(user))

    def _key(self, phone: str) -> keys.Key:
        return keys.phone_code(self._digests.phone(phone))


def read(item: Mapping[str, Any] | None) -> PhoneCode:
    """Of the item, if there is one."""
    if item is None:
        return PhoneCode()
    code = Code(item["digest"], item["until"], item["tries"]) if "digest" in item else None
    return PhoneCode(item.get("user"), code, tuple(item["sent"]))
