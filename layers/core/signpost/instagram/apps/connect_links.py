r"""Connect links: proof, in a login's address, that the app's owner wants the account to be shown there.

The parameter `connect` of a login's address contains one of two proofs, signed with the app's connect key:

    <payload>.<signature>   ours (`platform.signed`), until it expires or the key ends
    <t>.<hex>               the widget platform's: t is the time in seconds since 1970, valid for an hour;
                            hex is HMAC-SHA256(SHA-256(connect key), "connect\n<app_id>\n<t>")

docs/widgets.md explains to platforms how to make theirs.
"""

import hmac
import re
from typing import Final

from signpost.instagram.apps.connect_keys import ConnectKeys
from signpost.platform import signed
from signpost.platform.clock import Clock
from signpost.platform.errors import SignpostError
from signpost.platform.signed import SignatureExpired, SignatureInvalid

PARAMETER: Final = "connect"
MAX_AGE: Final = 3600  # seconds after which a platform's proof ends
_CLOCK_SKEW: Final = 300  # seconds by which a platform's clock may be ahead
_LONGEST: Final = 1024
_PURPOSE: Final = "connect link"
_OF_PLATFORM: Final = re.compile(r"([0-9]{1,12})\.([0-9a-f]{64})", re.ASCII)


class ConnectLinkInvalid(SignpostError):
    code = "connect_link_invalid"
    status = 403


class ConnectLinkExpired(ConnectLinkInvalid):
    code = "connect_link_expired"


class ConnectLinks:
    """Every method raises `Unavailable` when the app's keys cannot be read."""

    def __init__(self, keys: ConnectKeys, clock: Clock) -> None:
        self._keys, self._clock = keys, clock

    def proof(self, app_id: str, expires_at: float | None = None) -> str:
        """Ours, for an app's own links. Raises `NotFound` when there is no such app."""
        return self._signed(app_id, self._keys.current(app_id), expires_at)

    def proof_if_any(self, app_id: str, expires_at: float | None = None) -> str:
        """Ours, or nothing for an app without a key; does not make one."""
        keys = self._keys.secrets(app_id)
        return self._signed(app_id, keys, expires_at) if keys else ""

    def check(self, app_id: str, proof: str) -> None:
        """Raises `ConnectLinkInvalid` unless the proof was made with one of the app's keys and is still valid."""
        if len(proof) > _LONGEST:
            raise _invalid()
        keys = self._keys.secrets(app_id)
        try:
            self._check(app_id, proof, keys)
        except ConnectLinkExpired:
            raise
        except ConnectLinkInvalid:
            if (newer := self._keys.secrets_again(app_id)) == keys:
                raise
            self._check(app_id, proof, newer)

    def _check(self, app_id: str, proof: str, keys: tuple[bytes, ...]) -> None:
        if platforms := _OF_PLATFORM.fullmatch(proof):
            self._check_platform(app_id, platforms, keys)
            return
        try:
            values = signed.read(proof, keys, purpose=_PURPOSE, now=self._clock())
        except SignatureExpired:
            raise _expired() from None
        except SignatureInvalid:
            raise _invalid() from None
        if values.get("app_id") != app_id:
            raise _invalid()

    def _signed(self, app_id: str, keys: tuple[bytes, ...], expires_at: float | None) -> str:
        return signed.sign({"app_id": app_id}, keys, purpose=_PURPOSE, expires_at=expires_at)

    def _check_platform(self, app_id: str, proof: re.Match[str], keys: tuple[bytes, ...]) -> None:
        time, signature = proof.groups()
        right = [hmac.compare_digest(signature, platform_signature(key, app_id, time)) for key in keys]
        if not any(right):
            raise _invalid()
        if not -_CLOCK_SKEW <= self._clock() - int(time) < MAX_AGE:
            raise _expired()


def platform_signature(secret: bytes, app_id: str, time: str) -> str:
    """`secret`: the SHA-256 of a connect key."""
    return hmac.digest(secret, f"connect\n{app_id}\n{time}".encode(), "sha256").hex()


def _invalid() -> ConnectLinkInvalid:
    return ConnectLinkInvalid("This link was not made by the app's owner, or has been replaced: ask for a new one.")


def _expired() -> ConnectLinkExpired:
    return ConnectLinkExpired("This link is no longer valid: ask the app's owner for a new one.")
