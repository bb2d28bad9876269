"""Accounts in the table Messaging: profiles, what is unique, codes, devices and their access tokens, password resets.

Each method that changes something does so in one transaction, on the condition that what it was decided by still holds.
It returns False if that is not so: then read again, and decide anew.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from signpost.messaging import callers, jobs, keys, outbox
from signpost.messaging.callers import Caller
from signpost.messaging.codes import Code
from signpost.messaging.digests import Digests
from signpost.messaging.engagement import schedule
from signpost.messaging.errors import BadToken
from signpost.messaging.phone_code_store import PhoneCodeStore, read
from signpost.messaging.phone_codes import PhoneCode, Sending
from signpost.messaging.signup.accounts import Claim, Holders, Names, Profile, Session
from signpost.messaging.signup.devices import surplus
from signpost.messaging.store import EXISTS, NEW
from signpost.messaging.versions import MICROSECONDS
from signpost.platform.dynamodb import Action, Attr, Change, ConditionBase, Item, Key, Table

_UNVERIFIED: Final = Attr("verified_at").not_exists() & EXISTS
_STAYS: Final = Attr("leaving_at").not_exists() & EXISTS
_NOBODY: Final = 0  # no user has this id


class SignupStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, table: Table, digests: Digests) -> None:
        self._table, self._digests = table, digests
        self.codes = PhoneCodeStore(table, digests)

    # ---------------------------------------------------------------------------------------------------- reading
    def holders(self, names: Names) -> Holders:
        email, username, phone, code = self._keys(names)
        found = self._found(email, username, phone, code)
        return Holders(_user(found, email), _user(found, username), _user(found, phone), _code(found, code))

    def by_phone(self, e164: str) -> tuple[int | None, PhoneCode]:
        """Who has a phone, verified or not, and its code."""
        digest = self._digests.phone(e164)
        phone, code = keys.phone(digest), keys.phone_code(digest)
        found = self._found(phone, code)
        return _user(found, phone), _code(found, code)

    def by_login(self, text: str) -> int | None:
        """Who has this e-mail address or username."""
        item = self._table.get(self._login_key(text))
        return None if item is None else item["user"]

    def profile(self, user: int | None) -> Item | None:
        """Without a user, it takes as long."""
        return self._table.get(keys.profile(_NOBODY if user is None else user))

    def devices(self, user: int) -> list[Item]:
        condition = Key("pk").eq(keys.of_user(user)) & Key("sk").begins_with("device#")
        return list(self._table.items(condition))

    def device_with(self, push_token: str) -> Item | None:
        """The device that has a push token, of whomever it is."""
        pointer = self._table.get(_pointer(push_token)) if push_token else None
        device = self._table.get(keys.device(pointer["user"], pointer["device"])) if pointer else None
        return device if device and device.get("push_token") == push_token else None

    # ------------------------------------------------------------------------------------------------ registering
    def register(self, profile: Profile, claim: Claim, sending: Sending, now: float) -> bool:
        user: int = profile["id"]
        return self._transact(
            self._table.putting(profile, NEW),
            self._table.putting({**keys.clock(user), "version": int(now * MICROSECONDS)}, NEW),
            *self._claimed(user, claim, *([claim.replaced] if claim.replaced else [])),
            *self._removed(claim.replaced),
            *self.codes.sending(profile["phone"], claim.held.code, sending, now),
        )

    def register_again(self, was: Profile, claim: Claim, sending: Sending | None, now: float) -> bool:
        """Give an account that has not verified its phone yet another username and phone."""
        names = claim.names
        changed = Change(set={"username": names.username, "phone": names.phone, **schedule.registered(was["id"], now)})
        unchanged = _UNVERIFIED & _STAYS & Attr("phone").eq(was["phone"]) & Attr("username").eq(was["username"])
        return self._transact(
            self._table.updating(keys.profile(was["id"]), changed, unchanged),
            *self._claimed(was["id"], claim, was, *([claim.replaced] if claim.replaced else [])),
            *self._removed(claim.replaced),
            *(self.codes.sending(names.phone, claim.held.code, sending, now) if sending else ()),
        )

    def send_code(self, profile: Item, before: PhoneCode, sending: Sending, now: float) -> bool:
        return self._transact(*self.codes.sending(profile["phone"], before, sending, now))

    # --------------------------------------------------------------------------------------------------- sessions
    def verify(self, profile: Item, code: Code, session: Session, now: float) -> bool:
        """Open a session with a code, which is used up. The first one verifies the phone."""
        user, phone = profile["id"], self._digests.phone(profile["phone"])
        first = "verified_at" not in profile
        new = {"verified_at": now, **schedule.verified(user, now)} if first else {}
        state = _UNVERIFIED if first else Attr("verified_at").exists()
        return self._transact(
            self._active(profile, now, state & Attr("phone").eq(profile["phone"]), new),
            self.codes.using(profile["phone"], code),
            self._table.updating(keys.phone(phone), Change(set={"verified": True}), Attr("user").eq(user)),
            *([self._table.putting(outbox.job(now, jobs.REGISTERED, user=user))] if first else []),
            *self._opened(user, session, now),
        )

    def log_in(self, profile: Item, session: Session, now: float, new_hash: str | None = None) -> bool:
        """Open a session with a password. `new_hash`: of the same password, to be stored instead."""
        same = Attr("verified_at").exists() & Attr("password").eq(profile["password"])
        rehashed = {"password": new_hash} if new_hash else {}
        return self._transact(self._active(profile, now, same, rehashed), *self._opened(profile["id"], session, now))

    def is_open(self, session: Session) -> bool:
        """Whether it was opened after all: the reply to the transaction may be lost, and its repetition is refused."""
        return self._table.get(keys.token(callers.digest(session.token))) is not None

    def log_out(self, caller: Caller) -> None:
        """Destroy the caller's device. Raises `BadToken` if that is done already."""
        device = self._table.get(keys.device(caller.user, caller.device))
        if device is None or device.get("digest") != caller.digest:
            raise BadToken
        self._transact(*self._destroyed(device))

    def _active(self, profile: Item, now: float, condition: ConditionBase, new: Mapping[str, Any]) -> Action:
        change = Change(set={"last_active_at": now, **new}, remove=["track"])
        return self._table.updating(keys.profile(profile["id"]), change, _STAYS & condition)

    def _opened(self, user: int, session: Session, now: float) -> Iterator[Action]:
        device, was = session.device, session.was
        digest, push_token = callers.digest(session.token), device.get("push_token", "")
        unchanged = Attr("digest").eq(was["digest"]) if was and "digest" in was else Attr("digest").not_exists()
        yield self._table.putting({**device, "digest": digest}, unchanged)
        # Not active yet: its first use is stamped, and counts among who was active that day.
        token = {"user": user, "device": device["id"], "active_at": 0, "created_at": now}
        yield self._table.putting({**keys.token(digest), **token, "ttl": callers.expires_at(now)}, NEW)
        if was and "digest" in was:
            yield self._table.deleting(keys.token(was["digest"]))
        if was and was.get("push_token", "") not in {"", push_token}:
            yield self._forgotten(was)
        gone: dict[tuple[str, str], Mapping[str, Any]] = {
            (each["pk"], each["sk"]): each for each in surplus(session.others, device["id"])
        }
        rival = self.device_with(push_token)
        if rival is not None and (rival["pk"], rival["sk"]) != (device["pk"], device["sk"]):
            gone[rival["pk"], rival["sk"]] = rival
        for each in gone.values():
            yield from self._destroyed(each, keep_pointer=each.get("push_token", "") == push_token)
        if push_token:
            yield self._table.putting({**_pointer(push_token), "user": user, "device": device["id"]})

    def _destroyed(self, device: Mapping[str, Any], *, keep_pointer: bool = False) -> Iterator[Action]:
        digest = device.get("digest")
        unchanged = Attr("digest").eq(digest) if digest else Attr("digest").not_exists()
        yield self._table.deleting(keys.of(device), unchanged)
        if digest:
            yield self._table.deleting(keys.token(digest))
        if device.get("push_token") and not keep_pointer:
            yield self._forgotten(device)

    def _forgotten(self, device: Mapping[str, Any]) -> Action:
        """Its push token, unless that is another device's by now."""
        of_this = Attr("device").eq(device["id"]) | NEW
        return self._table.deleting(_pointer(device["push_token"]), of_this)

    # ------------------------------------------------------------------------------------------------------ resets
    def ask_reset(self, profile: Item | None, digest: str, until: int, mail: Item | None) -> None:
        """Store a reset, and have the e-mail sent. Without a profile, a reset that changes nothing takes as long."""
        item = {**keys.reset(digest), "user": profile["id"] if profile else _NOBODY, "ttl": until}
        self._transact(self._table.putting(item), *([self._table.putting(mail)] if mail else []))

    def reset_of(self, digest: str, now: float) -> Item | None:
        """The profile whose password this reset changes; None if it was used, has expired, or never was."""
        item = self._table.get(keys.reset(digest))
        if item is None or item["ttl"] <= now or item["user"] == _NOBODY:
            return None
        return self.profile(item["user"])

    def reset(self, profile: Item, digest: str, new_hash: str) -> bool:
        """Set the password, use the reset up, and log all devices out."""
        user = profile["id"]
        same = _STAYS & Attr("password").eq(profile["password"])
        return self._transact(
            self._table.updating(keys.profile(user), Change(set={"password": new_hash}), same),
            self._table.deleting(keys.reset(digest), Attr("user").eq(user)),
            *(action for device in self.devices(user) for action in self._destroyed(device)),
        )

    # --------------------------------------------------------------------------------------------------- waiting
    def wait(self, email: str, phone: str | None, now: float) -> bool:
        """Put an address on the waiting list. False: it is there."""
        item = {**keys.waitlist(self._digests.email(email)), "email": email, "created_at": now}
        return self._table.put_if({**item, **({"phone": phone} if phone else {})}, NEW)

    def send_sms(self, to: str, text: str, event: str, now: float) -> None:
        self._table.put(outbox.sms(now, to=to, text=text, event=event))

    # ---------------------------------------------------------------------------------------------------- helpers
    def _keys(self, names: Names) -> tuple[keys.Key, keys.Key, keys.Key, keys.Key]:
        phone = self._digests.phone(names.phone)
        email = keys.email(self._digests.email(names.email))
        return email, keys.username(names.username), keys.phone(phone), keys.phone_code(phone)

    def _login_key(self, text: str) -> keys.Key:
        return keys.email(self._digests.email(text)) if "@" in text else keys.username(text)

    def _found(self, *wanted: keys.Key) -> dict[str, Item]:
        return {item["pk"] + item["sk"]: item for item in self._table.batch_get(wanted)}

    def _claimed(self, user: int, claim: Claim, *released: Profile) -> Iterator[Action]:
        """Have a user hold these names, and nobody those of the released profiles. An item may change once only."""
        changes: dict[str, tuple[keys.Key, int | None, int | None]] = {}
        for each in released:
            for key in self._keys(_names(each))[:3]:
                changes[key["pk"]] = key, each["id"], None
        email, username, phone, _ = self._keys(claim.names)
        held = claim.held
        for key, holder in ((email, held.email), (username, held.username), (phone, held.phone)):
            changes[key["pk"]] = key, holder, user
        for key, was, becomes in changes.values():
            as_it_was = NEW if was is None else Attr("user").eq(was)
            if becomes is None:
                yield self._table.deleting(key, as_it_was)
            else:
                yield self._table.putting({**key, "user": becomes}, as_it_was)

    def _removed(self, profile: Item | None) -> Iterator[Action]:
        if profile is not None:
            yield self._table.deleting(keys.profile(profile["id"]), _UNVERIFIED)
            yield self._table.deleting(keys.clock(profile["id"]))

    def _transact(self, *actions: Action) -> bool:
        return not self._table.transact(actions, tell_conflicts=True)


def _names(profile: Item) -> Names:
    return Names(profile["email"], profile["username"], profile["phone"])


def _pointer(push_token: str) -> keys.Key:
    return keys.push_token(callers.digest(push_token))


def _user(found: Mapping[str, Item], key: keys.Key) -> int | None:
    return found.get(key["pk"] + key["sk"], {}).get("user")


def _code(found: Mapping[str, Item], key: keys.Key) -> PhoneCode:
    return read(found.get(key["pk"] + key["sk"]))
