"""App tokens: a mobile client gets one when somebody connects an account, and sends it to read about that account.

    <account id>.<256 random bits>

Only the hash is stored, with the install. The id says where to look for it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import Final

from signpost.instagram.secret_text import SecretText

_LONGEST: Final = 256  # characters; ours have half as many at most


def new(account_id: str) -> SecretText:
    return SecretText(f"{account_id}.{secrets.token_urlsafe(32)}")


def account(token: str) -> str | None:
    """The account that a token names. None: it names none, like those issued until November 2026."""
    return token.rpartition(".")[0] or None


def is_possible(token: str) -> bool:
    """Whether to look for it at all: a longer one would not fit into a key."""
    return 0 < len(token) <= _LONGEST


def hashed(token: str) -> str:
    """The hash of a token, in hexadecimal, which is stored in its place."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def is_known(token: str, hashes: Iterable[str]) -> bool:
    """Whether it is one of these. Takes the same time whichever it is."""
    given = hashed(token)
    return sum(hmac.compare_digest(given, each) for each in hashes) > 0
