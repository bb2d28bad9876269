"""Where a list goes on: signed, so that no client can make one up, and good for one user's calls of one route only."""

from collections.abc import Mapping
from typing import Any

from signpost.messaging.digests import Digests
from signpost.messaging.errors import BadRequest
from signpost.platform import signed
from signpost.platform.signed import SignatureInvalid


class Cursors:
    def __init__(self, digests: Digests) -> None:
        self._digests = digests

    def next(self, values: Mapping[str, Any], *, user: int, route: str) -> str:
        """`values` fit into JSON, and whoever has the cursor can read them. `route`: its name, with the ids in it."""
        return signed.sign(values, [self._key()], purpose=_purpose(user, route))

    def read(self, text: str, *, user: int, route: str) -> dict[str, Any]:
        """The values of a cursor. Raises `BadRequest` if it is another user's, another route's, or no cursor."""
        try:
            return signed.read(text, [self._key()], purpose=_purpose(user, route), now=0)
        except SignatureInvalid:
            raise BadRequest("Invalid max_id") from None

    def _key(self) -> bytes:
        return self._digests.derived("cursors")


def _purpose(user: int, route: str) -> str:
    return f"{user} {route}"
