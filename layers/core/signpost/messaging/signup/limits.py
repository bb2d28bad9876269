"""How often sign-up may be tried: from an address, and for a phone, an e-mail address or a name.

Codes have limits of their own, which hold exactly and whoever asks: see `phone_codes`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from signpost.messaging.errors import BadToken

if TYPE_CHECKING:
    from signpost.platform.rate_limit import RateLimit


class _Bucket(NamedTuple):
    burst: int
    rate: float  # a second


# By address, behind which there may be a whole office.
_BY_ADDRESS: Final = {
    "register": _Bucket(20, 1 / 180),
    "code": _Bucket(20, 1 / 180),
    "verify": _Bucket(30, 1 / 60),
    "ask": _Bucket(30, 1 / 60),
}
_WRONG_PASSWORDS: Final = _Bucket(10, 1 / 60)  # from an address, and for a name
_MAILS: Final = _Bucket(3, 1 / 1200)  # to an address
_LINKS: Final = _Bucket(2, 1 / 1800)  # to a phone


class Limits:
    """Each method raises `TooManyRequests`. The table of limits keeps hashes of what they are for."""

    def __init__(self, limit: "RateLimit") -> None:
        self._limit = limit

    def visit(self, what: str, address: str) -> None:
        """`what`: register, code, verify or ask. `address`: of the network that a request comes from."""
        self._take(f"messaging {what} {address}", _BY_ADDRESS[what])

    def mail(self, email: str) -> None:
        self._take(f"messaging mail {email}", _MAILS)

    def link(self, phone: str) -> None:
        self._take(f"messaging link {phone}", _LINKS)

    @contextmanager
    def password(self, login: str, address: str) -> Iterator[None]:
        """Around checking a password. Only wrong ones count, which raise `BadToken`."""
        buckets = (f"messaging password {address}", f"messaging password of {login.strip().lower()}")
        for key in buckets:
            self._limit.check(key, rate=_WRONG_PASSWORDS.rate, burst=_WRONG_PASSWORDS.burst)
        try:
            yield
        except BadToken:
            for key in buckets:
                self._take(key, _WRONG_PASSWORDS)
            raise

    def _take(self, key: str, bucket: _Bucket) -> None:
        self._limit.take(key, rate=bucket.rate, burst=bucket.burst)
