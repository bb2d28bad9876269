"""Digests by which phone numbers and e-mail addresses are found, under the secret `PhoneKey`.

Without the key, a digest cannot be found by trying all numbers. Other keys are derived from the same secret, so that
no two purposes share one.
"""

import hmac
import re
from collections.abc import Callable
from typing import Final

from signpost.messaging import phones
from signpost.messaging.errors import BadRequest

_MD5: Final = re.compile(r"[0-9a-f]{32}")


class Digests:
    """`key` returns the secret. It is called for each digest, so a function that needs none does not read it."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key

    def phone(self, e164: str) -> str:
        return self.of_md5(phones.md5_hash(e164))

    def of_md5(self, md5_hash: str) -> str:
        """The digest of a phone number of which only its MD5 is known. Raises `BadRequest` if it is not one."""
        text = md5_hash.strip().lower()
        if not _MD5.fullmatch(text):
            raise BadRequest("Invalid phone hash")
        return self._digest(text)

    def email(self, address: str) -> str:
        return self._digest(f"email\n{address}")

    def derived(self, purpose: str) -> bytes:
        """A key for another purpose."""
        return hmac.digest(self._key(), f"signpost messaging\n{purpose}".encode(), "sha256")

    def _digest(self, text: str) -> str:
        return hmac.digest(self._key(), text.encode(), "sha256").hex()
