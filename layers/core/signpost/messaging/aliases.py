"""What users call one another: as in the reader's contacts, otherwise by their own names."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from signpost.messaging import users

if TYPE_CHECKING:
    from signpost.messaging.contact_store import ContactStore
    from signpost.messaging.digests import Digests


class Aliases:
    def __init__(self, contacts: "ContactStore", digests: "Digests") -> None:
        self._contacts, self._digests = contacts, digests

    def of(self, reader: int, profiles: Iterable[Mapping[str, Any]]) -> dict[int, str]:
        """What the reader calls these users, by their ids."""
        by_digest = {self._digests.phone(profile["phone"]): profile for profile in profiles}
        known = self._contacts.known(reader, by_digest)
        return {
            profile["id"]: users.alias(profile, known.get(digest, {}).get("name"))
            for digest, profile in by_digest.items()
        }
