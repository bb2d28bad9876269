"""Which of somebody's contacts are users. Apps send numbers, or the MD5 of each with a name."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.messaging import names, phones
from signpost.messaging.contact import Contact
from signpost.messaging.errors import BadRequest
from signpost.messaging.given_lists import listed
from signpost.messaging.paging import MOST, Listing
from signpost.messaging.people_views import ContactView
from signpost.messaging.user_shapes import user_json
from signpost.platform.clock import rfc3339

if TYPE_CHECKING:
    from signpost.messaging.contact_store import ContactStore
    from signpost.messaging.digests import Digests
    from signpost.messaging.user_store import UserStore
    from signpost.platform.rate_limit import RateLimit

MOST_ANONYMOUS: Final = 100  # phones of a call without a token
_ANONYMOUS_CALLS_A_MINUTE: Final = 10
_ANONYMOUS_BURST: Final = 20
MOST_CONTACTS: Final = 1_000  # and of one with a token; whole address books come in several


class Entry(NamedTuple):
    """A contact as an app sends it."""

    name: str
    hashes: tuple[str, ...]  # the MD5 of each of its phones


class AddressBook:
    def __init__(self, store: "ContactStore", users: "UserStore", digests: "Digests", limit: "RateLimit") -> None:
        self._store, self._users, self._digests, self._limit = store, users, digests, limit

    def check_anonymously(
        self, sender: str, numbers: Sequence[str] | str | None, entries: Sequence[Entry]
    ) -> list[Any]:
        """As `check`, for callers without a token: fewer phones, and not often, or it would be a directory.

        Raises `TooManyRequests`.
        """
        self._limit.take(f"contacts from {sender}", rate=_ANONYMOUS_CALLS_A_MINUTE / 60, burst=_ANONYMOUS_BURST)
        return self.check(None, numbers, entries)

    def check(self, user: int | None, numbers: Sequence[str] | str | None, entries: Sequence[Entry]) -> list[Any]:
        """Those of these phones that users have, without the caller's own.

        Numbers and, without a user, hashes give users. For a user, hashes become contacts, and give contacts.

        Raises `BadRequest`.
        """
        most = MOST_ANONYMOUS if user is None else MOST_CONTACTS
        texts = listed(numbers, "numbers", most)
        if sum(len(entry.hashes) for entry in entries) > most:
            raise BadRequest(f"c: send at most {most} phones")
        if texts:
            return self._user_list(user, self._of_numbers(user, texts))
        if not entries:
            raise BadRequest("missing required params")
        contacts = [
            Contact(self._digests.of_md5(each), names.contact_name(entry.name), each.strip().lower())
            for entry in entries
            for each in entry.hashes
        ]
        if user is None:
            return self._user_list(None, [contact.digest for contact in contacts])
        return self._found(user, self._store.save(user, contacts))

    def all(self, user: int, start: Mapping[str, Any] | None) -> Listing:
        """A page of the user's contacts: those that are users. It may be empty though there is more."""
        contacts, more = self._store.page(user, start, MOST)
        return Listing(self._found(user, contacts), more)

    def _of_numbers(self, user: int | None, texts: Sequence[str]) -> list[str]:
        """The digests of what is a phone number: an address book has other things too."""
        profile = self._users.profiles([user]).get(user) if user is not None else None
        like = profile["phone"] if profile else None
        found = []
        for text in texts:
            try:
                found.append(self._digests.phone(phones.normalised(text, like=like)))
            except BadRequest:
                continue
        return found

    def _user_list(self, user: int | None, digests: Sequence[str]) -> list[Any]:
        found = self._users.by_phones(digests)
        users = {profile["id"]: profile for profile in found.values() if profile["id"] != user}
        return [user_json(profile) for profile in users.values()]

    def _found(self, user: int, contacts: Mapping[str, Mapping[str, Any]]) -> list[ContactView]:
        users = self._users.by_phones(contacts)
        return [
            {
                "name": contacts[digest]["name"],
                "created_at": rfc3339(contacts[digest]["created_at"]),
                "phone_hashed": contacts[digest]["hash"],
                "username": profile["username"],
            }
            for digest, profile in users.items()
            if profile["id"] != user
        ]
