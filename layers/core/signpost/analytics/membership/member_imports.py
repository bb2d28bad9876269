"""A member's imports of Instagram's own export."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from signpost.analytics.errors import BadMember, CannotSave, NotConnected
from signpost.analytics.export.views import begun_view, import_view
from signpost.analytics.membership.views import BegunReply, ImportReply, ImportsReply
from signpost.platform.errors import TooManyRequests, Unavailable

if TYPE_CHECKING:
    from signpost.analytics.directory import Directory
    from signpost.analytics.export.imports import Begun, ExportImports
    from signpost.platform.rate_limit import RateLimit

_BEGUN: Final[Mapping[str, Any]] = {"rate": 1 / 360, "burst": 10}  # imports of one member, ten an hour


class MemberImports:
    """Every method raises `BadMember`, and `Unavailable` when AWS does not answer."""

    def __init__(self, directory: "Directory", imports: "ExportImports", begun: "RateLimit") -> None:
        self._directory, self._imports, self._begun = directory, imports, begun

    def begin(self, address: str) -> BegunReply:
        """An import, and the form that takes its files.

        Raises:
            NotConnected: without the account, nobody knows whose export it must be.
            TooManyRequests: the member has begun too many.
            CannotSave: AWS does not answer; it may have begun.
        """
        found = self._directory.find(address)
        if not found.installs:
            raise NotConnected("Connect the account first, so that we know whose export to expect.")
        account = found.installs[0]
        try:
            self._begun.take(f"import {found.member.id}", **_BEGUN)
            begun, form = self._imports.begin(found.member.id, account.instagram_account, account.followers_count)
            self._stay(begun)
        except TooManyRequests as error:
            raise TooManyRequests("Too many imports were begun; try again later.", error.retry_after) from None
        except Unavailable as error:
            raise CannotSave(str(error)) from error
        return BegunReply(status=200, data=begun_view(begun, form))

    def _stay(self, begun: "Begun") -> None:
        """Forget an import that began while its member was being deleted: the deletion may have missed it."""
        try:
            self._directory.find(begun.member)
        except BadMember:
            self._imports.erase(begun.member, f"{begun.id}~")
            raise

    def all(self, address: str) -> ImportsReply:
        found = self._directory.find(address)
        return ImportsReply(status=200, data=[import_view(each) for each in self._imports.all(found.member.id)])

    def one(self, address: str, import_id: str) -> ImportReply:
        """Raises `NotFound`."""
        found = self._directory.find(address)
        return ImportReply(status=200, data=import_view(self._imports.one(found.member.id, import_id)))
