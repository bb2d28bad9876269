"""Connect keys: an app's key signs links whose logins connect accounts to the app without asking its owner.

A key is shown once, when it is made, and never stored. Its SHA-256 signs and verifies; it is stored encrypted for its
app alone. A new key replaces the others a week later, so that there is time to switch.
"""

import hashlib
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.instagram.secret_text import SecretText
from signpost.instagram.token_errors import TokenUnreadable
from signpost.platform.cache import Cache
from signpost.platform.clock import Clock
from signpost.platform.errors import Conflict, NotFound

if TYPE_CHECKING:
    from signpost.instagram.apps.connect_key_store import ConnectKeyStore
    from signpost.instagram.cipher import ConnectKeyCipher

OVERLAP: Final = 7 * 86_400  # seconds for which older keys are accepted after a new one was made
MAX_AGE: Final = 60.0  # seconds for which keys are cached
AGAIN: Final = 5.0  # seconds after which they are read again for a signature that does not match
_MOST_APPS: Final = 1000  # cached at the same time
_MOST_KEYS: Final = 5  # of an app
_PREFIX: Final = "spck_"  # by which people and secret scanners recognise a key
_ATTEMPTS: Final = 5


class StoredKey(NamedTuple):
    """Times are seconds since 1970; `until`: None for the key that is current."""

    encrypted: bytes
    made_at: float
    until: float | None = None


class SigningKey(NamedTuple):
    secret: bytes
    until: float | None


def new_key() -> SecretText:
    return SecretText(_PREFIX + secrets.token_urlsafe(32))


def signing_secret(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


def replaced(keys: tuple[StoredKey, ...], new: StoredKey, *, keep_old: bool) -> tuple[StoredKey, ...]:
    """An app's keys, the newest first, once there is a new one."""
    if not keep_old:
        return (new,)
    end = new.made_at + OVERLAP
    old = [each._replace(until=end if each.until is None else each.until) for each in keys]
    return (new, *(each for each in old if each.until is not None and each.until > new.made_at))[:_MOST_KEYS]


class ConnectKeys:
    """Every method raises `Unavailable` when AWS does not answer, and `KeyUnusable`."""

    def __init__(
        self,
        store: "ConnectKeyStore",
        cipher: "Callable[[], ConnectKeyCipher]",
        clock: Clock,
        make: Callable[[], SecretText] = new_key,
    ) -> None:
        self._store, self._cipher, self._clock, self._make = store, cipher, clock, make
        self._cache: Cache[tuple[SigningKey, ...]] = Cache(clock, seconds=MAX_AGE, most=_MOST_APPS)
        self._again: Cache[tuple[SigningKey, ...]] = Cache(clock, seconds=AGAIN, most=_MOST_APPS)

    def secrets(self, app_id: str) -> tuple[bytes, ...]:
        """The app's signing secrets, newest first; up to a minute old. Empty for an app without a key."""
        return self._valid(self._cache.get(app_id, lambda: self._read(app_id)) or ())

    def secrets_again(self, app_id: str) -> tuple[bytes, ...]:
        """`secrets`, at most seconds old: somebody may be the first to use a new key."""
        return self._valid(self._again.get(app_id, lambda: self._read_again(app_id)) or ())

    def current(self, app_id: str) -> tuple[bytes, ...]:
        """The current `secrets`. An app without a readable key gets one, which is shown to nobody.

        Raises:
            NotFound: there is no such app.
        """
        found = self._valid(self._read_again(app_id))
        if not found:
            self.rotate(app_id, keep_old=True)
            found = self._valid(self._read_again(app_id))
        return found

    def rotate(self, app_id: str, *, keep_old: bool) -> SecretText:
        """Make a new key. Others end in a week, or without `keep_old` within a minute.

        Raises:
            NotFound: there is no such app.
            Conflict: others keep changing its keys.
        """
        key, now = self._make(), self._clock()
        new = StoredKey(self._cipher().encrypt(app_id, signing_secret(key)), now)
        for _ in range(_ATTEMPTS):
            stored, version = self._store.get(app_id)
            done = self._store.put(app_id, replaced(stored, new, keep_old=keep_old), version)
            if done is None:
                raise NotFound("There is no app with this id.")
            if done:
                return key
        raise Conflict("Others keep changing the app's keys; try again.")

    def _valid(self, keys: tuple[SigningKey, ...]) -> tuple[bytes, ...]:
        now = self._clock()
        return tuple(key.secret for key in keys if key.until is None or key.until > now)

    def _read_again(self, app_id: str) -> tuple[SigningKey, ...]:
        self._cache.forget(app_id)
        return self._cache.get(app_id, lambda: self._read(app_id)) or ()

    def _read(self, app_id: str) -> tuple[SigningKey, ...]:
        stored, _ = self._store.get(app_id)
        return tuple(
            SigningKey(secret, each.until) for each in stored if (secret := self._decrypted(app_id, each)) is not None
        )

    def _decrypted(self, app_id: str, key: StoredKey) -> bytes | None:
        """None if it was copied from another app, or if KMS's key was replaced. It counts as gone."""
        try:
            return self._cipher().decrypt(app_id, key.encrypted)
        except TokenUnreadable:
            return None
