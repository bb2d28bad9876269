"""What members do with their conversations, one method for each route. Ids are those that the caller knows them by."""

from typing import TYPE_CHECKING, Any, Final

from signpost.messaging import timestamps
from signpost.messaging.conversation_shapes import (
    TEXT,
    TYPES,
    conversation_json,
    membership_of,
    message_json,
    text_json,
    ulid_of,
    watchable,
)
from signpost.messaging.conversation_views import (
    AnyMessage,
    ConversationDetailView,
    ConversationView,
    InviteView,
    OtherMemberView,
    TextView,
)
from signpost.messaging.conversations.requests import MOST_SEEN, Goodbye, watched_types
from signpost.messaging.errors import BadRequest, NothingFound
from signpost.messaging.given_lists import listed
from signpost.messaging.messages import drafts
from signpost.messaging.paging import Listing
from signpost.platform.clock import rfc3339

if TYPE_CHECKING:
    from signpost.messaging.conversations.changes_store import ConversationChanges
    from signpost.messaging.conversations.store import ConversationStore
    from signpost.messaging.memberships import Item
    from signpost.messaging.messages.publishing import Publisher

MOST_SKIPPED: Final = 1_000  # messages before a page that is asked for by its number
_VIDEO: Final = ("video",)


class Conversations:
    def __init__(self, store: "ConversationStore", changes: "ConversationChanges", publisher: "Publisher") -> None:
        self._store, self._changes, self._publisher = store, changes, publisher

    # ----------------------------------------------------------------------------------------------------- reading
    def latest(self, user: int, updated_at: str | None, limit: int, after: str | None, *, v1: bool) -> Listing:
        """Those with the latest messages first or, with `updated_at`, what has changed since, in that order."""
        if updated_at:
            since = int(after) if after else timestamps.to_version(updated_at)
            page = self._store.changed(user, since, limit)
        else:
            page = self._store.latest(user, limit, after)
        shown = [conversation_json(each, user, v1=v1) for each in page.items]
        return Listing({"conversations": shown}, _more(page.after))

    def read(self, user: int, conversation: int, *, v1: bool) -> ConversationDetailView:
        shown = conversation_json(self._store.membership(user, conversation), user, v1=v1)
        return {**shown, "members": self.members(user, conversation), "invites": self.invites(user, conversation)}

    def members(self, user: int, conversation: int) -> list[OtherMemberView]:
        return self._store.members(user, conversation)

    def invites(self, user: int, conversation: int) -> list[InviteView]:
        return [_invite_json(each) for each in self._store.invites(user, conversation)]

    def messages(
        self, user: int, conversation: int, limit: int, *, after: str | None, page: int | None, videos: bool, v1: bool
    ) -> Listing:
        """What the user has seen or sent, newest first. `page`: its number, from 1 on, if there is no `after`."""
        skip = 0 if after or page is None else (page - 1) * limit
        if skip > MOST_SKIPPED:
            raise BadRequest("page: to go further back, use max_id")
        types = _VIDEO if videos else TYPES if v1 else tuple(each for each in TYPES if each != TEXT)
        found = self._store.seen(self._store.membership(user, conversation), types, limit, after, skip)
        shown = [message_json(each, v1=v1) for each in found.items if watchable(each, v1=v1)]
        return Listing(shown, _more(found.after), {"last_page": None if page is None else found.after is None})

    # ---------------------------------------------------------------------------------------------------- changing
    def say(self, user: int, conversation: int, text: str | None, guid: str | None) -> TextView:
        draft = drafts.text(text or "", guid or "")
        try:
            published = self._publisher.publish(conversation, user, draft)
        except NothingFound:
            raise BadRequest("membership doesn't exist") from None
        return text_json(published.content, conversation)

    def goodbye(self, user: int, conversation: int, watched: Goodbye) -> None:
        given = watched.watched_ids if watched.watched_ids is not None else watched.dwatched_id
        if given is None:
            self._changes.see_all(user, conversation)
            return
        guids = listed(given, "watched_ids", MOST_SEEN)
        membership = self._store.membership(user, conversation)
        self._changes.see(user, conversation, self._store.ulids(membership, guids))

    def leave(self, user: int, conversation: int) -> None:
        try:
            self._changes.leave(user, conversation)
        except NothingFound:
            raise BadRequest("conversation could not be deleted") from None

    def archive(self, user: int, conversation: int, *, v1: bool) -> ConversationView:
        return conversation_json(self._changes.archive(user, conversation), user, v1=v1)

    def watch_all(self, user: int, conversation: int, message_types: Any, *, v1: bool) -> None:
        types = watched_types(message_types, v1=v1)
        self._store.membership(user, conversation)
        self._changes.see_all(user, conversation, types)

    def watch(self, user: int, guid: str, *, v1: bool) -> AnyMessage:
        """Mark the message with this guid as seen."""
        message = self._store.with_guid(user, guid)
        self._changes.see(user, membership_of(message), [ulid_of(message)])
        return message_json(self._store.with_guid(user, guid), v1=v1)


def _more(after: str | None) -> dict[str, str] | None:
    return None if after is None else {"after": after}


def _invite_json(invite: "Item") -> InviteView:
    return {
        "phone": invite["phone"],
        "name": invite["name"],
        "inviter_id": invite["inviter"],
        "accepted": "accepted_at" in invite,
        "created_at": rfc3339(invite["created_at"]),
    }
