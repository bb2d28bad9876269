"""Conversations as their members read them, from the table Messaging."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from signpost.messaging import keys, users
from signpost.messaging.conversation_shapes import ulid_of
from signpost.messaging.conversation_views import OtherMemberView
from signpost.messaging.digests import Digests
from signpost.messaging.errors import NothingFound
from signpost.messaging.memberships import Item
from signpost.messaging.names import alias
from signpost.messaging.store import MessagingStore
from signpost.platform.dynamodb import Attr, ConditionBase, Key

_SEEN: Final = Attr("deleted").not_exists() & Attr("seen_at").exists() & Attr("guid").exists()
_READ_AT_ONCE: Final = 100
_MOST_READ: Final = 4_000  # items for one page of messages; the page then goes on where it ended


class Page(NamedTuple):
    items: list[Item]
    after: str | None  # where the next page begins; None at the end


class ConversationStore:
    """`conversation` is the user's id of it. Methods raise `NothingFound` if the user has none of this id."""

    def __init__(self, messaging: MessagingStore, digests: Digests) -> None:
        self._messaging, self._table, self._digests = messaging, messaging.table, digests

    def membership(self, user: int, conversation: int) -> Item:
        found = self._table.get(keys.membership(user, conversation))
        if found is None:
            raise NothingFound
        return found

    # ---------------------------------------------------------------------------------------------- conversations
    def latest(self, user: int, limit: int, after: str | None = None) -> Page:
        """Conversations that were not left, those with the latest messages first. `after`: see `Page`."""
        of_user = Key("pk").eq(keys.of_user(user))
        condition = of_user & Key("activity").between(keys.CONVERSATIONS[0], after or keys.CONVERSATIONS[1])
        found = self._table.items(
            condition, index=keys.BY_ACTIVITY, consistent=True, newest_first=True, limit=limit + 2
        )
        return _page((each for each in found if each["activity"] != after), limit, "activity")

    def changed(self, user: int, since: int, limit: int) -> Page:
        """Conversations that changed after this version, also those that were left, in the order of their changes."""
        condition = Key("pk").eq(keys.of_user(user)) & Key("version").gt(since)
        only = Attr("conversation").exists()  # not messages
        return _page(self._table.items(condition, index=keys.BY_VERSION, consistent=True, where=only), limit, "version")

    def members(self, user: int, conversation: int) -> list[OtherMemberView]:
        """All others, as this user knows them."""
        membership = self.membership(user, conversation)
        members = (keys.suffix_id(each) for each in self._messaging.members(membership["conversation"]))
        others = [member for member in members if member != user]
        profiles = {each["id"]: each for each in self._table.batch_get(map(keys.profile, others))}
        digests = {id_: self._digests.phone(each["phone"]) for id_, each in profiles.items()}
        about = [keys.mute(user, other) for other in others] + [keys.contact(user, each) for each in digests.values()]
        found = {item["sk"]: item for item in self._table.batch_get(about)}
        return [
            {
                "id": other,
                "name": users.alias(profile, _contact(found, user, digests[other])),
                "username": profile["username"],
                "is_blocked": keys.mute(user, other)["sk"] in found,
            }
            for other, profile in profiles.items()
        ]

    def invites(self, user: int, conversation: int) -> list[Item]:
        """Those that have not been accepted, with the name that this user has for the phone, if any."""
        membership = self.membership(user, conversation)
        condition = Key("pk").eq(keys.of_conversation(membership["conversation"])) & Key("sk").begins_with("invite#")
        invites = [each for each in self._table.items(condition) if "accepted_at" not in each]
        digests = [keys.suffix(each) for each in invites]
        found = {item["sk"]: item for item in self._table.batch_get(keys.contact(user, each) for each in digests)}
        return [
            {**invite, "name": alias(_contact(found, user, digest), invite["phone"])}
            for invite, digest in zip(invites, digests, strict=True)
        ]

    # --------------------------------------------------------------------------------------------------- messages
    def seen(
        self, membership: Mapping[str, Any], types: tuple[str, ...], limit: int, after: str | None, skip: int
    ) -> Page:
        """What the user has seen, or sent, in a conversation, newest first, from after the ULID `after` on.

        `types`: of messages; `skip`: how many to leave out first.
        """
        beginning = keys.messages(membership["id"])
        low = beginning + membership.get("cleared_to", "") + keys.NEXT
        condition = Key("pk").eq(membership["pk"]) & Key("sk").between(low, beginning + (after or keys.LAST))
        where: ConditionBase = _SEEN & Attr("type").is_in(sorted(types))
        pages = self._table.pages(condition, where=where, newest_first=True, limit=_READ_AT_ONCE)
        found: list[Item] = []
        for read, page in enumerate(pages, start=1):
            found += (each for each in page.items if ulid_of(each) != after)
            if len(found) > skip + limit:
                shown = found[skip : skip + limit]
                return Page(shown, ulid_of(shown[-1]))
            if page.last and read * _READ_AT_ONCE >= _MOST_READ:
                return Page(found[skip:], ulid_of(page.last))
        return Page(found[skip:], None)

    def with_guid(self, user: int, guid: str) -> Item:
        """The user's copy of the message with this guid. Raises `NothingFound`."""
        known = self._table.get(keys.guid(guid.lower()))
        member = self._table.get(keys.member(known["conversation"], user)) if known else None
        if known is None or member is None:
            raise NothingFound
        found = self._table.get(keys.message(user, member["membership"], known["ulid"]))
        if found is None or "deleted" in found:
            raise NothingFound
        return found

    def ulids(self, membership: Mapping[str, Any], guids: list[str]) -> list[str]:
        """Where the messages with these guids are. Those of other conversations are left out."""
        found = self._table.batch_get(keys.guid(guid.lower()) for guid in guids)
        return [each["ulid"] for each in found if each["conversation"] == membership["conversation"]]


def _contact(found: Mapping[str, Item], user: int, digest: str) -> str | None:
    contact = found.get(keys.contact(user, digest)["sk"])
    return contact["name"] if contact else None


def _page(items: Iterator[Item], limit: int, by: str) -> Page:
    found: list[Item] = []
    for item in items:
        if len(found) == limit:
            return Page(found, str(found[-1][by]))
        found.append(item)
    return Page(found, None)
