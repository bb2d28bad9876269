"""An account's imports of Instagram's own export: the form that takes them, and what was understood of each."""

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from signpost.console import words
from signpost.console.frame import see_other, show
from signpost.console.imports import views
from signpost.console.visits import Visit
from signpost.instagram.login_links import login_address
from signpost.platform.clock import from_rfc3339
from signpost.platform.errors import Conflict, TooManyRequests
from signpost.platform.http import Reply, retry_after
from signpost.platform.pages import uploading_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from signpost.analytics.directory import Directory, Found
    from signpost.analytics.export.views import FormView, ImportView
    from signpost.analytics.membership.member_imports import MemberImports

_MB: Final = 1_000_000


class UploadForm(NamedTuple):
    """Sent to S3 by the page itself, or by its script with `script_fields`, which do not lead back to the page."""

    url: str
    fields: dict[str, str]
    script_fields: str  # as JSON
    max_bytes: int
    largest: str
    until: str

    @property
    def origin(self) -> str:
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


class ImportPages(NamedTuple):
    """Every method raises `NotFound`, and `Unavailable` when a service does not answer."""

    directory: "Directory"
    imports: "MemberImports"

    def all(self, visit: Visit) -> Reply:
        return self._show(visit)

    def begin(self, visit: Visit) -> Reply:
        """Begin an import; the page then has the form for its files."""
        try:
            self.imports.begin(visit.part("install"))
        except (Conflict, TooManyRequests) as error:
            page = self._show(visit, str(error), error.status)
            page["headers"] |= retry_after(error)
            return page
        return see_other(f"{_address(visit)}#upload")

    def _show(self, visit: Visit, problem: str = "", status: int = 200) -> Reply:
        found = self.directory.find(visit.part("install"))
        imports, zone = self.imports.all(found.member.id).data, visit.zone
        form = self._form(visit, imports)
        uploaded = views.is_read(visit.query.get("key", ""), imports)
        taken_in = _taken_in(found, imports)
        who = found.installs[0].instagram_account if found.installs else found.member.username or found.member.id
        values: dict[str, Any] = {
            "username": who,
            "account": f"/fp/accounts/{quote(visit.part('install'), safe='')}",
            "reports": f"/fp/reports/{quote(found.member.id, safe='')}",
            "connect": "" if found.installs else login_address(visit.base, None),
            "problem": problem,
            "form": form,
            "being_read": uploaded[0] if uploaded and not uploaded[1] else "",
            "used": views.used_lists(imports, zone),
            "taken_in": taken_in,
            "reports_at": words.moment(found.member.snapshot_at or 0, zone),
            "imports": [
                views.import_shown(each, zone, is_open=form is not None and each is imports[0]) for each in imports
            ],
            "refreshes": form is not None or not taken_in or bool(uploaded and not uploaded[1]),
        }
        page = show(visit, "console/imports/all.html", f"Instagram's export · @{who} · Accounts", values, status)
        if form is not None:
            page["headers"] |= uploading_to(form.origin)
        return page

    def _form(self, visit: Visit, imports: "Sequence[ImportView]") -> UploadForm | None:
        """Of the newest import, as long as it takes files."""
        if not imports:
            return None
        back = f"{visit.base}{_address(visit)}"
        forms = self.imports.forms(visit.part("install"), imports[0].id, back)
        return _upload_form(forms.page, forms.script, visit) if forms else None


def _upload_form(page: "FormView", script: "FormView", visit: Visit) -> UploadForm:
    return UploadForm(
        page.url,
        page.fields,
        json.dumps(script.fields),
        page.max_bytes,
        f"{page.max_bytes // _MB} MB",
        words.moment(from_rfc3339(page.expires_at), visit.zone).rpartition(" ")[2],
    )


def _taken_in(found: "Found", imports: "Sequence[ImportView]") -> bool:
    """Whether reports have been made since the lists that they use were read."""
    since, made = views.used_since(imports), found.member.snapshot_at
    return since is None or (made is not None and made >= since)


def _address(visit: Visit) -> str:
    return f"/fp/accounts/{quote(visit.part('install'), safe='')}/imports"
