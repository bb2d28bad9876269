"""Publishing: one message in, one copy for each member.

A conversation of up to 32 gets all copies in one transaction. Of a larger one, and where the members' clocks keep
moving, what was sent is stored with the sender's own copy, marked `fan_out`; `messaging_worker` makes the other copies
(`fan_out.py`). Whatever is killed in between, a message is stored for all, or for the worker, or not at all.

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
    from signpost.messaging.messages.senders import Sender
    from signpost.messaging.messages.store import MessageStore

MOST_AT_ONCE: Final = 32  # members in one transaction: three actions for each, and four more
_TRIES: Final = 3  # while members join


class Publisher:
    def __init__(self, messages: "MessageStore") -> None:
        self._messages = messages

    def publish(self, conversation: int, user: int, draft: Draft) -> Published:
        """`user`: who sends it. `conversation`: their id of it, which is that of the membership.

        Raises:
            NothingFound: the sender is not a member of it.
            GuidTaken: something else has this guid.
            Unavailable: nothing was stored, or it is not known. With the same guid, it can be sent again.
        """
        for _ in range(_TRIES):
            sender = self._sender(user, conversation)
            members = self._messages.members(sender.conversation)
            at_once = len(members) <= MOST_AT_ONCE
            published = (
                self._messages.publish(sender, members, draft)
                if at_once
                else self._messages.publish_alone(sender, draft)
            )
            if published is not None:
                return published
            stored = self._messages.by_guid(draft.guid)
            if stored is not None:
                return self._again(sender, stored)
        published = self._messages.publish_alone(self._sender(user, conversation), draft)
        if published is None:
            raise Conflict("Too many changes at the same time; try again.")
        return published

    def _sender(self, user: int, conversation: int) -> "Sender":
        sender = self._messages.sender(user, conversation)
        if sender is None:
            raise NothingFound
        return sender

    def _again(self, sender: "Sender", stored: "Item") -> Published:
        if (stored["sender"], stored["conversation"]) != (sender.user, sender.conversation):
            raise GuidTaken
        return self._messages.published(sender, stored["ulid"])
