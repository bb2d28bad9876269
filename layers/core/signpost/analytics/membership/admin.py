"""Lists, adds, shows and deletes members."""

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from signpost.analytics.deletion import messages
from signpost.analytics.directory import in_order
from signpost.analytics.errors import CannotSave, ConfirmationMissing, Duplicate
from signpost.analytics.members import Member, connected_member, member_id
from signpost.analytics.membership.views import (
    AddedReply,
    EmptyReply,
    MemberPage,
    MemberReply,
    MemberView,
    NewMember,
    member_view,
)
from signpost.platform.errors import InvalidField, Unavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signpost.analytics.directory import Directory
    from signpost.analytics.member_store import MemberStore
    from signpost.instagram.installs import Install
    from signpost.instagram.readings import Readings
    from signpost.platform.clock import Clock
    from signpost.platform.queue import MessageQueue

_CONFIRMATION: Final = "delete-all"


class MemberAdmin:
    """Every method raises `Unavailable` when AWS does not answer."""

    def __init__(
        self,
        members: "MemberStore",
        accounts: "Readings",
        directory: "Directory",
        deletions: "MessageQueue",
        clock: "Clock",
    ) -> None:
        self._members, self._accounts, self._directory = members, accounts, directory
        self._deletions, self._clock = deletions, clock

    def page(self, limit: int, skip: int) -> MemberPage:
        """Members in the order of their ids, also those that nobody has looked up since they were connected."""
        installs: defaultdict[str, list[Install]] = defaultdict(list)
        for each in self._accounts.installs():
            installs[each.instagram_business_account_id].append(each)
        members = {account: connected_member(account, installs[account]) for account in installs}
        members |= {member.id: member for member in self._members.all()}
        staying = sorted(each.id for each in members.values() if not each.leaving)
        shown = [self._view(members[each], in_order(installs[each])) for each in staying[skip : skip + limit]]
        return MemberPage(status=200, limit=limit, skip=skip, data=shown)

    def add(self, new: NewMember) -> AddedReply:
        """Add a member, whose account need not be connected yet.

        Raises:
            InvalidField: it has no id, or one that no account can have.
            Duplicate: there is a member with this id.
            CannotSave: AWS does not answer; it may have been added.
        """
        if new.id is None:
            raise InvalidField("id: give the account's id at Instagram.")
        member = Member(member_id(new.id), self._clock(), new.title or "", new.zone)
        try:
            if self._accounts.installs_of(member.id) or not self._members.create(member):
                raise Duplicate("There is a member with this id.")
        except Unavailable as error:
            raise CannotSave(str(error)) from error
        return AddedReply(status=200)

    def read(self, address: str) -> MemberReply:
        """Raises `BadMember`."""
        found = self._directory.find(address)
        return MemberReply(status=200, data=self._view(found.member, found.installs))

    def delete(self, address: str) -> MemberReply:
        """Have everything about a member erased, also its connections and their posts. Returns the member as it was.

        Raises:
            BadMember: there is none.
            CannotSave: AWS does not answer; the deletion may have been queued.
        """
        shown, now = self.read(address), self._clock()
        try:
            # The message first: with it, the member is deleted even if nothing else is done.
            self._deletions.send([messages.deletion(shown.data.id, now)])
            self._members.leave(shown.data.id, now)
        except Unavailable as error:
            raise CannotSave(str(error)) from error
        return shown

    def delete_all(self, confirmation: str | None) -> EmptyReply:
        """Have everything about all members erased.

        Raises:
            ConfirmationMissing: the header that confirms it is missing.
            CannotSave: AWS does not answer; the deletion may have been queued.
        """
        if confirmation != _CONFIRMATION:
            raise ConfirmationMissing(
                f"This deletes all members. To confirm it, send the header X-Confirm: {_CONFIRMATION}."
            )
        try:
            self._deletions.send([messages.deletion_of_all(self._clock())])
        except Unavailable as error:
            raise CannotSave(str(error)) from error
        return EmptyReply(status=200, data={})

    def _view(self, member: Member, installs: "Sequence[Install]") -> MemberView:
        return member_view(member, installs, self._accounts.progress)
