"""Publishing: one message in, one copy for each member.

A conversation of up to 32 gets all copies in one transaction. Of a larger one, and where the members' clocks keep
moving, what was sent is stored with the sender's own copy, marked `fan_out`; `messaging_worker` makes the other copies
(`spreading.py`). Whatever is killed in between, a message is stored for all, or for the worker, or not at all.

- A guid is stored in the same transaction, once. What comes again under it is answered with what is stored.
- The transaction holds only while the conversation has as many members as were read, so nobody who is about to join
  misses it: those who join later get it from the conversation's contents (`joins_store.py`).
"""

from typing import TYPE_CHECKING, Final

from signpost.messaging.errors import NothingFound
from signpost.messaging.messages.drafts import Draft, GuidTaken, Published
from signpost.platform.errors import Conflict

if TYPE_CHECKING:
    from signpost.messaging.memberships import Item
    from signpost.messaging.messages.places import Place
    from signpost.messaging.messages.store import MessageStore

MOST_AT_ONCE: Final = 32  # members in one transaction: three actions for each, and four more
_TRIES: Final = 3  # while members join


class Publisher:
    def __init__(self, messages: "MessageStore") -> None:
        self._messages = messages

    def publish(self, conversation: int, sender: int, draft: Draft) -> Published:
        """`conversation`: the sender's id of it, which is that of the membership.

        Raises:
            NothingFound: the sender is not a member of it.
            GuidTaken: something else has this guid.
            Unavailable: nothing was stored, or it is not known. With the same guid, it can be sent again.
        """
        for _ in range(_TRIES):
            place = self._place(sender, conversation)
            members = self._messages.members(place.conversation)
            at_once = len(members) <= MOST_AT_ONCE
            published = (
                self._messages.publish(place, members, draft) if at_once else self._messages.publish_alone(place, draft)
            )
            if published is not None:
                return published
            stored = self._messages.by_guid(draft.guid)
            if stored is not None:
                return self._again(place, stored)
        published = self._messages.publish_alone(self._place(sender, conversation), draft)
        if published is None:
            raise Conflict("Too many changes at the same time; try again.")
        return published

    def _place(self, sender: int, conversation: int) -> "Place":
        place = self._messages.sender(sender, conversation)
        if place is None:
            raise NothingFound
        return place

    def _again(self, place: "Place", stored: "Item") -> Published:
        if (stored["sender"], stored["conversation"]) != (place.user, place.conversation):
            raise GuidTaken
        return self._messages.published(place, stored["ulid"])
