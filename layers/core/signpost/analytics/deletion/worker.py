"""Deletes members: their snapshots and imports, their account's connections and posts, and finally their items.

A deletion covers what there was when it was asked for. First the member is marked as leaving, so that nothing new is
kept. Then its data is erased, and the erasure of its account requested, which takes minutes. Once no older connection
is left, the item goes. Somebody who connects again meanwhile is a new member from then on, whose data stays.
"""

from typing import TYPE_CHECKING, Final

from signpost.analytics.deletion import messages
from signpost.analytics.deletion.messages import AccountErased, Deletion
from signpost.analytics.members import Member
from signpost.platform.ids import first_ulid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from signpost.analytics.export.imports import ExportImports
    from signpost.analytics.member_store import MemberStore
    from signpost.analytics.snapshot_files import SnapshotFiles
    from signpost.instagram.commands import Commands
    from signpost.instagram.readings import Readings
    from signpost.platform.clock import Clock
    from signpost.platform.queue import MessageQueue

LOOKS_AGAIN: Final = 300  # seconds; an account that was connected again in time is never announced as erased
_MOMENT: Final = 0.001  # seconds, the resolution of ULIDs


class MemberDeletion:
    """Every method raises `Unavailable` when AWS does not answer, and may be called again."""

    def __init__(
        self,
        *,
        members: "MemberStore",
        accounts: "Readings",
        commands: "Commands",
        snapshots: "SnapshotFiles",
        imports: "ExportImports",
        queue: "MessageQueue",
        clock: "Clock",
    ) -> None:
        self._members, self._accounts, self._commands = members, accounts, commands
        self._snapshots, self._imports, self._queue, self._clock = snapshots, imports, queue, clock

    def take(self, wanted: Deletion | AccountErased) -> None:
        if isinstance(wanted, AccountErased):
            self._erased(wanted)
        elif wanted.member is None:
            self._queue.send([messages.deletion(each, wanted.at) for each in sorted(set(self._all()))])
        else:
            self._delete(wanted.member, wanted.at, asked=wanted.asked)

    def _all(self) -> "Iterator[str]":
        for member in self._members.all():
            yield member.id
        for install in self._accounts.installs():
            yield install.instagram_business_account_id

    def _delete(self, member: str, at: float, *, asked: bool) -> None:
        is_connected = self._has_installs(member, at)
        if not self._members.leave(member, at) and is_connected:
            self._members.create(Member(member, at, left_at=at))  # nobody has looked it up since it was connected
        self._erase(member, at)
        if is_connected:
            if not asked:
                self._commands.erase_account(member, at)
            self._queue.send([messages.deletion(member, at, asked=True)], delay=LOOKS_AGAIN)
        else:
            self._remove(member)

    def _erased(self, event: AccountErased) -> None:
        """Also when Meta asked for it. A member that is still connected through the other product stays."""
        if not self._accounts.installs_of(event.account):
            self._members.leave(event.account, event.at)
        self._erase(event.account, event.at)
        self._remove(event.account)

    def _erase(self, member: str, at: float) -> None:
        stored = self._members.get(member)
        # While it is leaving, nothing can belong to a new member yet.
        until = self._clock() if stored and stored.leaving else at
        self._members.forget_snapshot(member, until)
        first_kept = first_ulid(until + _MOMENT)
        self._snapshots.delete_before(member, first_kept)
        self._imports.erase(member, first_kept)

    def _remove(self, member: str) -> None:
        stored = self._members.get(member)
        if stored is not None and stored.left_at is not None and not self._has_installs(member, stored.left_at):
            self._members.remove(stored)

    def _has_installs(self, member: str, at: float) -> bool:
        """Whether a connection made by then is left."""
        return any(each.connected_at <= at for each in self._accounts.installs_of(member))
