"""What waits for a user who has just verified a phone.

Every invite of the phone has them join its conversation, where they find its videos unread; conversations are renamed
accordingly; and whoever has the phone among their contacts is notified. All of it may be repeated, cut off anywhere,
and run twice at once: an invite is accepted only when all else is done for it.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from signpost.messaging import keys, names, texts, users
from signpost.messaging.errors import NothingFound

if TYPE_CHECKING:
    from signpost.messaging.contact_store import ContactStore
    from signpost.messaging.conversations.names_store import ConversationNames
    from signpost.messaging.digests import Digests
    from signpost.messaging.invites.store import InviteStore
    from signpost.messaging.messages.joins_store import Joins
    from signpost.messaging.user_store import UserStore

Item = Mapping[str, Any]

_CAUGHT_UP_ON: Final = ("video", "image")  # who joins finds these, but not what others have written


class Joining:
    def __init__(
        self,
        invites: "InviteStore",
        users: "UserStore",
        contacts: "ContactStore",
        *,
        joins: "Joins",
        called: "ConversationNames",
        digests: "Digests",
    ) -> None:
        self._invites, self._users, self._contacts = invites, users, contacts
        self._joins, self._called, self._digests = joins, called, digests

    def registered(self, user: int) -> int:
        """Returns how many invites were accepted. Raises `Unavailable`: some may be."""
        profile = self._users.profiles([user]).get(user)
        if profile is None:
            return 0
        digest = self._digests.phone(profile["phone"])
        waiting = [invite for invite in self._invites.of_phone(digest) if "accepted_at" not in invite]
        self._note_cohort(user, waiting)
        accepted = sum(self._accept(user, digest, invite) for invite in waiting)
        accepted += sum(self._invites.accept(invite) for invite in self._of_email(profile))
        self._notify_owners(profile, digest)
        return accepted

    def _accept(self, user: int, digest: str, invite: Item) -> bool:
        conversation = invite.get("conversation")
        if conversation:
            with suppress(NothingFound):  # it is gone, and the invite with it
                self._join(user, digest, conversation)
        return self._invites.accept(invite)

    def _join(self, user: int, digest: str, conversation: int) -> None:
        name, named, members = self._called.for_new_member(conversation, user, digest)
        membership = self._joins.join(conversation, user, name=name, named=named, members=members)
        self._joins.catch_up(conversation, user, membership, _CAUGHT_UP_ON)
        self._invites.uninvite(conversation, digest)
        self._called.refresh(conversation)

    def _of_email(self, profile: Item) -> list[Item]:
        address = profile.get("email")
        if not address:
            return []
        found = self._invites.of_email(self._digests.email(address))
        return [invite for invite in found if "accepted_at" not in invite]

    def _note_cohort(self, user: int, invites: Iterable[Item]) -> None:
        """A user belongs to the cohort of the latest invite."""
        known = sorted((invite["created_at"], invite["cohort"]) for invite in invites if invite.get("cohort"))
        if known:
            self._invites.set_cohort(user, known[-1][1])

    def _notify_owners(self, profile: Item, digest: str) -> None:
        own = users.alias(profile)
        for owner in self._contacts.owners(digest):
            user = keys.suffix_id(owner)
            if user != profile["id"] and "notified_at" not in owner:
                alert = texts.joined_push(names.alias(owner.get("name"), own))
                self._invites.notify_owner(owner, alert, {"type": "friend_joined", "username": profile["username"]})
