"""Contacts in the table Messaging: whose phones a user has, and under which names."""

from collections.abc import Iterable, Iterator, Mapping

from signpost.messaging import keys
from signpost.messaging.contact import Contact
from signpost.platform.clock import Clock, system_clock
from signpost.platform.dynamodb import Item, Key, Table


class ContactStore:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, table: Table, clock: Clock = system_clock) -> None:
        self._table, self._clock = table, clock

    def known(self, user: int, digests: Iterable[str]) -> dict[str, Item]:
        """Those of these phones that the user has, by digest."""
        found = self._table.batch_get(keys.contact(user, digest) for digest in digests)
        return {keys.suffix(item): item for item in found}

    def page(self, user: int, after: Mapping[str, str] | None, most: int) -> tuple[dict[str, Item], Item | None]:
        condition = Key("pk").eq(keys.of_user(user)) & Key("sk").begins_with("contact#")
        page = next(self._table.pages(condition, limit=most, after=after))
        return {keys.suffix(item): item for item in page.items}, page.last

    def save(self, user: int, contacts: Iterable[Contact]) -> dict[str, Item]:
        """Have the user know these; writes what is new or has another name. Returns all of them, by digest."""
        wanted = {contact.digest: contact for contact in contacts}
        known, now = self.known(user, wanted), self._clock()
        changed = {
            digest: {
                **keys.contact(user, digest),
                "name": contact.name,
                "hash": contact.hash,
                "created_at": known.get(digest, {}).get("created_at", now),
            }
            for digest, contact in wanted.items()
            if known.get(digest, {}).get("name") != contact.name or known[digest].get("hash") != contact.hash
        }
        # The owners first: a contact that is stored is not written again.
        owned = [{**keys.contact_owner(digest, user), "name": item["name"]} for digest, item in changed.items()]
        self._table.batch_write(put=owned)
        self._table.batch_write(put=changed.values())
        return {**known, **changed}

    def owners(self, digest: str) -> Iterator[Item]:
        """Who has this phone among their contacts."""
        return self._table.items(Key("pk").eq(keys.of_phone(digest)) & Key("sk").begins_with("owner#"))
