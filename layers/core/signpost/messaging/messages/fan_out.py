"""The copies that a sender's own transaction left to the worker: those of large conversations."""

from typing import TYPE_CHECKING, Final

from signpost.messaging.memberships import Item
from signpost.platform.errors import Unavailable

if TYPE_CHECKING:
    from signpost.messaging.messages.store import MessageStore

_AT_ONCE: Final = 20  # members in one transaction


class FanOut:
    def __init__(self, messages: "MessageStore") -> None:
        self._messages = messages

    def fan_out(self, conversation: int, ulid: str) -> int:
        """Give a copy to each other member who has none; how many got one. It may be repeated, and run twice at once.

        Raises `Unavailable`: some may have it.
        """
        content = self._messages.waiting_for_fan_out(conversation, ulid)
        if content is None:
            return 0
        copies = 0
        others = sorted(each for each in self._messages.members(conversation).items() if each[0] != content["sender"])
        for start in range(0, len(others), _AT_ONCE):
            copies += self._to(content, dict(others[start : start + _AT_ONCE]))
        self._messages.fan_out_done(conversation, ulid)
        return copies

    def _to(self, content: Item, members: dict[int, int]) -> int:
        try:
            return self._messages.fan_out(content, members)
        except Unavailable:
            if len(members) == 1:
                raise
        # One member whose clock keeps moving does not hold up the others.
        return sum(self._messages.fan_out(content, {user: membership}) for user, membership in members.items())
