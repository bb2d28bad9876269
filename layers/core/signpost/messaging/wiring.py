"""Builds what several features of messaging need."""

from collections.abc import Mapping
from typing import Any

from signpost.messaging.digests import Digests
from signpost.platform import aws
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import Unavailable
from signpost.platform.secrets import JsonSecret


def digests(phone_key_secret: str, *, clock: Clock = system_clock) -> Digests:
    """`phone_key_secret`: the id of the secret `PhoneKey`, which is read when the first digest is made.

    Without its key, all methods raise `Unavailable`: under an empty key, digests could be guessed.
    """
    secret = JsonSecret(aws.secretsmanager(), phone_key_secret, _key, b"", clock)

    def key() -> bytes:
        found = secret.value()
        if not found:
            raise Unavailable("The key of messaging is not set up; try again later.")
        return found

    return Digests(key)


def _key(fields: Mapping[str, Any]) -> bytes:
    found = fields.get("key")
    return found.encode() if isinstance(found, str) else b""
