"""Passwords: kept as argon2id hashes, checked at the same cost whether or not there is an account."""

import unicodedata
from collections.abc import Callable
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from signpost.messaging.errors import BadRequest

SHORTEST: Final = 6  # characters
LONGEST: Final = 256

# OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane. One takes 35 ms of a CPU.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Of a random password that nobody kept, with the parameters above: a test compares them.
_NOBODYS: Final = "$argon2id$v=19$m=19456,t=2,p=1$KUwbuWayUh+tF1eSCqOc+g$W7T3G97ml4LP9mCe7YPJoAU2nJUwZ8/WgwkIZY6Lu3I"


def allowed(password: str) -> str:
    """The password, if it can be one. Raises `BadRequest`."""
    if not password:
        raise BadRequest("Password cannot be blank")
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadRequest(f"Password must be {SHORTEST} to {LONGEST} characters long")
    return password


def hashed(password: str) -> str:
    """In the PHC string format, with its own salt and parameters."""
    return _HASHER.hash(_bytes(password))


def _verify(stored: str, password: bytes) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except VerifyMismatchError:
        return False


def matches(stored: str | None, password: str, *, verify: Callable[[str, bytes], bool] = _verify) -> bool:
    """Whether this is the password of that hash. None, for an account that does not exist, takes as long."""
    right = verify(_NOBODYS if stored is None else stored, _bytes(password))
    return right and stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether a hash was made with other parameters. After a log-in, when the password is known, hash it again."""
    return _HASHER.check_needs_rehash(stored)


def _bytes(password: str) -> bytes:
    """The same for the same characters, however a keyboard composes them (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password).encode(errors="surrogatepass")
