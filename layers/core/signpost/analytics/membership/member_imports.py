"""A member's imports of Instagram's own export."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from signpost.analytics.errors import BadMember, CannotSave, NotConnected
from signpost.analytics.export.imports import used
from signpost.analytics.export.views import FormView, begun_view, form_view, import_view
from signpost.analytics.membership.views import BegunReply, ImportReply, ImportsReply
from signpost.platform.errors import TooManyRequests, Unavailable

if TYPE_CHECKING:
    from signpost.analytics.directory import Directory
    from signpost.analytics.export.imports import Begun, ExportImports
    from signpost.platform.rate_limit import RateLimit

_BEGUN: Final[Mapping[str, Any]] = {"rate": 1 / 360, "burst": 10}  # imports of one member, ten an hour


class UploadForms(NamedTuple):
    """Of one import: one after which S3 sends the browser back, and one that ends with S3's reply, for scripts."""

    page: FormView
    script: FormView


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
        imports = self._imports.all(found.member.id)
        in_use = used(imports)
        return ImportsReply(status=200, data=[import_view(each, in_use) for each in imports])

    def one(self, address: str, import_id: str) -> ImportReply:
        """Raises `NotFound`."""
        found = self._directory.find(address)
        one = self._imports.one(found.member.id, import_id)
        return ImportReply(status=200, data=import_view(one, used(self._imports.all(found.member.id))))

    def forms(self, address: str, import_id: str, back: str) -> UploadForms | None:
        """For pages: `back` is where the browser goes after an upload. None: it is too late for this import.

        Raises `NotFound`.
        """
        found = self._directory.find(address)
        begun = self._imports.one(found.member.id, import_id).begun
        page, script = self._imports.form(begun, back), self._imports.form(begun)
        if page is None or script is None:
            return None
        return UploadForms(form_view(begun, page), form_view(begun, script))
