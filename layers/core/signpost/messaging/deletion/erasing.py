"""Deletes users: first what lets them in, then what others have of them, then all of their own, and the profile last.

Everything may be repeated, be cut off anywhere, and run twice at the same time: what is done is gone or renamed, so
whoever goes on finds only what is left. The profile names the deletion, so it stays until everything else is gone.

What a user sent stays in the conversations of others, from "Deleted user": it is theirs, too. So does what others know
of the user's phone in their own address books.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from signpost.messaging.deletion.store import DeletionStore
    from signpost.platform.clock import Clock

NOBODY: Final = "Deleted user"


class OutOfTime(Exception):
    """There is more to do. What was done stays done."""


class Erasing:
    """Every method raises `Unavailable` when DynamoDB does not answer."""

    def __init__(self, store: "DeletionStore", clock: "Clock") -> None:
        self._store, self._clock = store, clock

    def delete(self, user: int, is_time_left: "Callable[[], bool]") -> None:
        """Delete a user who asked for it; others are left alone. Raises `OutOfTime`."""
        profile = self._store.profile(user)
        if profile is None or "leaving_at" not in profile:
            return
        self._store.begin(profile["deletion"])
        self._store.shut_out(profile)

        def check() -> None:
            if not is_time_left():
                raise OutOfTime

        for others in (self._store.forget_friends, self._store.forget_contacts):
            others(user, check)
        for close in (False, True):  # then come those that somebody else made just before
            if close:
                self._store.close(user, self._clock())
            for membership in self._store.memberships(user):
                self._leave(user, profile["username"], membership, check)
        self._store.forget_sent_invites(user, check)
        self._store.erase(user, check)
        self._store.end(profile, self._clock())

    def _leave(self, user: int, username: str, membership: "Mapping[str, Any]", check: "Callable[[], None]") -> None:
        """Take a user out of a conversation: out of its members first, so that no new message comes."""
        conversation = membership["conversation"]
        self._store.remove_member(conversation, user)
        members = self._store.members(conversation)
        for member in members:
            check()
            self._store.show_without(conversation, member, username, NOBODY)
        for content in self._store.sent(conversation, user):
            check()
            self._store.rename_sender(content, members, NOBODY)
        self._store.forget_invites(conversation, user)
        self._store.forget_membership(user, membership["id"], check)
