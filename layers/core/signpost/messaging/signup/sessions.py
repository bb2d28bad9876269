"""Opens sessions, with a code or with a password. A session is a device with an access token."""

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.messaging import keys, passwords, phones
from signpost.messaging.errors import BadRequest, BadToken, NothingFound
from signpost.messaging.phone_codes import is_right, new_code
from signpost.messaging.signup import devices
from signpost.messaging.signup.accounts import Session
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from signpost.messaging.callers import Caller
    from signpost.messaging.signup.devices import Wanted
    from signpost.messaging.signup.store import SignupStore
    from signpost.platform.clock import Clock

_TRIES: Final = 4


class Opened(NamedTuple):
    profile: "Mapping[str, Any]"
    token: str
    is_new: bool  # the phone is verified for the first time


class Sessions:
    """A wrong guess costs as much as a right one up to the point where it fails, whether or not there is an account."""

    def __init__(
        self,
        store: "SignupStore",
        code_key: "Callable[[], bytes]",
        clock: "Clock",
        new_id: "Callable[[float], int]",
        new_token: "Callable[[], str]",
    ) -> None:
        self._store, self._code_key, self._clock = store, code_key, clock
        self._new_id, self._new_token = new_id, new_token

    def send_code(self, phone: str) -> "Mapping[str, Any]":
        """The profile of whoever has this phone, which has been sent a code.

        Raises:
            BadRequest: it is not a phone number.
            NothingFound: nobody has it.
            TooManyRequests: it was sent too many codes.
        """
        e164 = phones.normalised(phone)
        for _ in range(_TRIES):
            user, before = self._store.by_phone(e164)
            profile = self._store.profile(user)
            if profile is None or "leaving_at" in profile:
                raise NothingFound
            now = self._clock()
            sending = new_code(profile["id"], before, self._code_key(), now)
            if sending is None or self._store.send_code(profile, before, sending, now):
                return profile
        raise _busy()

    def verify(self, phone: str, code: str, password: str | None, wanted: "Wanted") -> Opened:
        """`password`: None if the app sent none. Raises `BadToken`; which of them is wrong is not said."""
        try:
            e164 = phones.normalised(phone)
        except BadRequest:
            raise BadToken from None
        user, before = self._store.by_phone(e164)
        profile, now = self._store.profile(user), self._clock()
        tried = self._store.codes.count_try(e164, before, now)
        right = is_right(tried or before, code, user, self._code_key(), now)
        known = password is None or passwords.matches(profile["password"] if profile else None, password)
        if not (tried and tried.code and right and known) or profile is None:
            raise BadToken
        for _ in range(_TRIES):
            session = self._session(profile["id"], wanted, now)
            if self._store.verify(profile, tried.code, session, now) or self._store.is_open(session):
                return Opened({**profile, "verified_at": now}, session.token, "verified_at" not in profile)
            profile = self._unless_changed(profile)
        raise _busy()

    def log_in(self, login: str, password: str, wanted: "Wanted") -> Opened:
        """`login`: an e-mail address or a username. Raises `BadToken`."""
        profile = self._store.profile(self._store.by_login(login.strip().lower()))
        right = passwords.matches(profile["password"] if profile else None, password)
        if profile is None or not right or "verified_at" not in profile or "leaving_at" in profile:
            raise BadToken
        new_hash = passwords.hashed(password) if passwords.needs_rehash(profile["password"]) else None
        now = self._clock()
        for _ in range(_TRIES):
            session = self._session(profile["id"], wanted, now)
            if self._store.log_in(profile, session, now, new_hash) or self._store.is_open(session):
                return Opened(profile, session.token, is_new=False)
            profile = self._unless_changed(profile)
        raise _busy()

    def log_out(self, caller: "Caller") -> None:
        """Raises `BadToken` if the device is gone."""
        self._store.log_out(caller)

    def _session(self, user: int, wanted: "Wanted", now: float) -> Session:
        known = self._store.devices(user)
        found = devices.chosen(known, wanted)
        was: dict[str, Any] = dict(found) if found else {**self._new_device(user, now)}
        known_now = {"push_token": wanted.push_token, "key": wanted.key}
        device = {**was, "platform": wanted.platform, **{name: value for name, value in known_now.items() if value}}
        if device.get("push_token") != was.get("push_token"):
            device.pop("endpoint", None)  # it is the old token's
        return Session(device, was if found else None, self._new_token(), known)

    def _new_device(self, user: int, now: float) -> "dict[str, Any]":
        device = self._new_id(now)
        return {**keys.device(user, device), "id": device, "created_at": now}

    def _unless_changed(self, profile: "Mapping[str, Any]") -> "dict[str, Any]":
        """The profile as it is now, when somebody changed something meanwhile. Raises `BadToken` if it was that."""
        now = self._store.profile(profile["id"])
        deciding = ("password", "phone", "verified_at", "leaving_at")
        if now is None or any(now.get(name) != profile.get(name) for name in deciding):
            raise BadToken
        return now


def _busy() -> Unavailable:
    return Unavailable("Too much happens at the same time; try again.")
