"""The progress of a user's deletion: what is stored of it, and the signed address that shows it to whoever has it."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from signpost.messaging.errors import NothingFound
from signpost.platform import signed
from signpost.platform.clock import rfc3339
from signpost.platform.signed import SignatureInvalid

if TYPE_CHECKING:
    from signpost.messaging.deletion.store import DeletionStore
    from signpost.messaging.digests import Digests
    from signpost.platform.clock import Clock

_PURPOSE: Final = "deletion"


class Deletions:
    """Asks for deletions, and says how far they are. `new_id`: made of a moment."""

    def __init__(
        self, store: "DeletionStore", digests: "Digests", clock: "Clock", new_id: Callable[[float], str]
    ) -> None:
        self._store, self._digests, self._clock, self._new_id = store, digests, clock, new_id

    def ask(self, user: int) -> str:
        """Have everything about a user deleted, and return the path that tells how far it is. It may be repeated.

        From then on, the user cannot log in. Raises `NothingFound` if there is no such user.
        """
        deletion = self._store.ask(user, self._new_id(self._clock()), self._clock())
        if deletion is None:
            raise NothingFound
        return f"/api/deletions/{signed.sign({'id': deletion}, [self._key()], purpose=_PURPOSE)}"

    def read(self, address: str) -> Mapping[str, Any]:
        """`address`: the last part of that path. Raises `NothingFound`."""
        try:
            values = signed.read(address, [self._key()], purpose=_PURPOSE, now=0)
        except SignatureInvalid:
            raise NothingFound from None
        found = self._store.progress(values["id"], self._clock())
        if found is None:
            raise NothingFound
        done = found.get("done_at")
        return {
            "status": "done" if done else found["status"],
            "asked_at": rfc3339(found["asked_at"]),
            "done_at": rfc3339(done) if done else None,
        }

    def _key(self) -> bytes:
        return self._digests.derived("deletions")
