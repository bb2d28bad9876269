"""Users who have verified their phones, in the table Messaging, by their ids, names, phones and e-mail addresses."""

from collections.abc import Iterable, Mapping
from typing import Final

from signpost.messaging import keys
from signpost.messaging.users import is_present
from signpost.platform.dynamodb import Item, Table

_SHOWN: Final = ("id", "username", "name", "phone", "email", "created_at", "verified_at", "leaving_at")


class UserStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def profiles(self, users: Iterable[int]) -> dict[int, Item]:
        """What may be shown of these users, by id. Unknown ones and those who are leaving are left out."""
        found = self._table.batch_get((keys.profile(user) for user in users), attributes=_SHOWN)
        return {item["id"]: item for item in found if is_present(item)}

    def by_usernames(self, names: Iterable[str]) -> list[Item]:
        """The profiles of those with one of these names, which are in lower case, in the order of the names."""
        wanted = list(dict.fromkeys(names))
        found = self._owners(keys.username(name) for name in wanted)
        profiles = self.profiles(found.values())
        users = (found.get(keys.username(name)["pk"]) for name in wanted)
        return [profiles[user] for user in users if user in profiles]

    def by_phones(self, digests: Iterable[str]) -> dict[str, Item]:
        """The profiles of those with one of these phones, by the phone's digest."""
        wanted = list(dict.fromkeys(digests))
        found = self._owners(keys.phone(digest) for digest in wanted)
        profiles = self.profiles(found.values())
        users = {digest: found.get(keys.of_phone(digest)) for digest in wanted}
        return {digest: profiles[user] for digest, user in users.items() if user in profiles}

    def by_emails(self, digests: Iterable[str]) -> dict[str, Item]:
        """The profiles of those with one of these e-mail addresses, by the address's digest."""
        wanted = list(dict.fromkeys(digests))
        found = self._owners(keys.email(digest) for digest in wanted)
        profiles = self.profiles(found.values())
        users = {digest: found.get(keys.email(digest)["pk"]) for digest in wanted}
        return {digest: profiles[user] for digest, user in users.items() if user in profiles}

    def _owners(self, wanted: Iterable[Mapping[str, str]]) -> dict[str, int]:
        """Who has these unique names or phones, by their partition keys."""
        return {item["pk"]: item["user"] for item in self._table.batch_get(wanted)}
