"""The console's routes: who may see what, and which page answers.

A page is for the administrator unless its route names the members whom it admits, too.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import quote

from signpost.console import admission, frame, visits
from signpost.console.accounts.pages import AccountPages
from signpost.console.admission import Admits, NotYours
from signpost.console.conversations.pages import ConversationPages
from signpost.console.imports.pages import ImportPages
from signpost.console.links.pages import LinkPages
from signpost.console.members.pages import MemberPages
from signpost.console.operations.pages import OperationPages
from signpost.console.overview.pages import OverviewPages
from signpost.console.reference import views as reference
from signpost.console.reports.pages import ReportPages
from signpost.console.session.sessions import LoginNotOurs, Session, Sessions, WrongPassword, cookies
from signpost.console.visits import Visit
from signpost.instagram import hand_overs
from signpost.instagram.login_links import console_address, login_address
from signpost.instagram.products import Provider
from signpost.platform import forms
from signpost.platform.clock import Clock
from signpost.platform.errors import InvalidField, NotFound, SignpostError, TooManyRequests, Unavailable
from signpost.platform.http import JSON, Event, Reply, public_url, reply, retry_after

_HOME = "/fp"
_LOGIN = "/fp/login"
_FAILED = "instagram_auth_error"  # what a login that failed returns with
_MEMBERS = hand_overs.PATH
_INSIDE = ("/fp", "/console", "/docs")  # where a log-in may lead to

ToPage = Callable[[Visit], Reply]


class Site(NamedTuple):
    """Methods raise errors of `platform.errors`, which `refusal` turns into pages."""

    sessions: Sessions
    overview_pages: OverviewPages
    link_pages: LinkPages
    account_pages: AccountPages
    report_pages: ReportPages
    operation_pages: OperationPages
    import_pages: ImportPages
    member_pages: MemberPages
    conversation_pages: ConversationPages
    public_url: str
    clock: Clock

    # -------------------------------------------------------------------------------------------------- open to all
    def static_file(self, event: Event) -> Reply:
        return frame.STATIC.answer((event.get("pathParameters") or {}).get("file", ""))

    def reference(self, _event: Event) -> Reply:
        values: dict[str, Any] = {"groups": reference.groups()}
        return frame.show_outside("console/reference/reference.html", "API reference", values)

    def openapi(self, _event: Event) -> Reply:
        return reply(200, reference.document(), JSON, {"cache-control": "public, max-age=300"})

    def login_page(self, event: Event) -> Reply:
        query = event.get("queryStringParameters") or {}
        target = _inside(query.get("next", ""))
        if self.sessions.current(event):
            return frame.see_other(target)
        return self._login_form(event, target)

    def log_in(self, event: Event) -> Reply:
        fields = forms.read(event)
        target = _inside(fields.get("next", ""))
        try:
            return frame.see_other(target, *self.sessions.log_in(event, fields))
        except (WrongPassword, TooManyRequests) as error:
            return self._login_form(event, target, error, fields.get("name", ""))

    def log_in_member(self, event: Event) -> Reply:
        """Where a login at Meta ends that began at the log-in page. With several accounts, one is chosen."""
        query = event.get("queryStringParameters") or {}
        if _FAILED in query:
            return self._login_form(event, _HOME, LoginNotOurs("Instagram did not log you in. Nothing has changed."))
        if hand_overs.COOKIE not in cookies(event) and self.sessions.current(event):
            return frame.see_other(_HOME)  # the page was loaded again
        try:
            target = _inside(self.sessions.ended_at(event, query.get("began", "")))
            handed = self.sessions.handed_over(event)
            if len(handed.accounts) > 1:
                return self._choice(handed, target)
            return frame.see_other(target, *self.sessions.log_in_member(event, handed, handed.accounts[0]))
        except LoginNotOurs as error:
            return self._login_form(event, _HOME, error)

    def choose_account(self, event: Event) -> Reply:
        fields = forms.read(event)
        try:
            made = self.sessions.log_in_member(event, *self.sessions.chosen(event, fields))
        except LoginNotOurs as error:
            return self._login_form(event, _HOME, error)
        return frame.see_other(_inside(fields.get("next", "")), *made)

    def _choice(self, handed: hand_overs.HandOver, target: str) -> Reply:
        form = self.sessions.login_form()
        values = {"accounts": handed.accounts, "next": target, "form_token": form.token}
        page = frame.show_outside("console/session/choice.html", "Which account?", values)
        return {**page, "cookies": [form.cookie]}

    def _login_form(self, event: Event, target: str, error: SignpostError | None = None, name: str = "") -> Reply:
        form, base = self.sessions.login_form(), public_url(event, self.public_url)
        began = self.sessions.began(form.bearer, target)
        values = {
            "error": str(error or ""),
            "notice": frame.toast(event),
            "name": name,
            "next": target,
            "form_token": form.token,
            "products": [(each.value.title(), console_address(base, each, began)) for each in reversed(Provider)],
        }
        page = frame.show_outside("console/session/login.html", "Log in", values, error.status if error else 200)
        page["headers"] |= retry_after(error) if error else {}
        return {**page, "cookies": [form.cookie]}

    # ------------------------------------------------------------------------------------------ for those logged in
    def log_out(self, event: Event) -> Reply:
        """Without a session, there is nothing to protect: the cookie goes."""
        session = self.sessions.current(event)
        if session is not None:
            self.sessions.check_form(event, forms.read(event), session)
        return frame.see_other(_LOGIN, *self.sessions.log_out(event))

    def overview(self, event: Event) -> Reply:
        return self._page(event, self._overview, admission.overview)

    def _overview(self, visit: Visit) -> Reply:
        if visit.member and not visit.query.get("id"):
            return self.account_pages.overview(visit, visit.member)
        return self.overview_pages.show(visit)

    def zone(self, event: Event) -> Reply:
        values = {"zones": frame.ZONES, "has_zone": visits.has_zone(event)}
        show: ToPage = lambda visit: frame.show(visit, "console/zone.html", "Time zone", values)  # noqa: E731
        return self._page(event, show, admission.everybody)

    def set_zone(self, event: Event) -> Reply:
        return self._form(event, _set_zone, admission.everybody)

    def links(self, event: Event) -> Reply:
        return self._page(event, self.link_pages.all)

    def create_link(self, event: Event) -> Reply:
        return self._form(event, self.link_pages.create)

    def link(self, event: Event) -> Reply:
        return self._page(event, self.link_pages.read)

    def edit_link(self, event: Event) -> Reply:
        return self._page(event, self.link_pages.edit)

    def save_link(self, event: Event) -> Reply:
        return self._form(event, self.link_pages.save)

    def ask_to_delete_link(self, event: Event) -> Reply:
        return self._page(event, self.link_pages.ask_to_delete)

    def delete_link(self, event: Event) -> Reply:
        return self._form(event, self.link_pages.delete)

    def clicks(self, event: Event) -> Reply:
        return self._page(event, self.link_pages.clicks)

    def qr_svg(self, event: Event) -> Reply:
        return self._page(event, self.link_pages.qr_svg)

    def qr_png(self, event: Event) -> Reply:
        return self._page(event, self.link_pages.qr_png)

    def accounts(self, event: Event) -> Reply:
        return self._page(event, self.account_pages.all)

    def account(self, event: Event) -> Reply:
        return self._page(event, self.account_pages.one, admission.owner("install"))

    def sync_account(self, event: Event) -> Reply:
        return self._form(event, self.account_pages.sync, admission.owner("install"))

    def decide_account(self, event: Event) -> Reply:
        return self._form(event, self.account_pages.decide)

    def ask_to_disconnect(self, event: Event) -> Reply:
        return self._page(event, self.account_pages.ask_to_disconnect, admission.owner("install"))

    def disconnect(self, event: Event) -> Reply:
        return self._form(event, self._disconnect, admission.owner("install"))

    def _disconnect(self, visit: Visit) -> Reply:
        """Members end their session with it."""
        made = self.account_pages.disconnect(visit)
        is_done = made["statusCode"] == 303  # noqa: PLR2004  (See Other)
        return {**made, "cookies": self.sessions.log_out(visit.event)} if visit.member and is_done else made

    def imports(self, event: Event) -> Reply:
        return self._page(event, self.import_pages.all, admission.owner("install"))

    def begin_import(self, event: Event) -> Reply:
        return self._form(event, self.import_pages.begin, admission.owner("install"))

    def add_member(self, event: Event) -> Reply:
        return self._form(event, self.member_pages.add)

    def ask_to_delete_member(self, event: Event) -> Reply:
        return self._page(event, self.member_pages.ask_to_delete)

    def delete_member(self, event: Event) -> Reply:
        return self._form(event, self.member_pages.delete)

    def reports(self, event: Event) -> Reply:
        return self._page(event, self.report_pages.accounts)

    def reports_of_member(self, event: Event) -> Reply:
        return self._page(event, self.report_pages.all, admission.owner("id"))

    def report(self, event: Event) -> Reply:
        return self._page(event, self.report_pages.one, admission.owner("id"))

    def conversations(self, event: Event) -> Reply:
        return self._page(event, self.conversation_pages.show)

    def operations(self, event: Event) -> Reply:
        return self._page(event, self.operation_pages.all)

    def queue(self, event: Event) -> Reply:
        return self._page(event, self.operation_pages.queue)

    def put_back(self, event: Event) -> Reply:
        return self._form(event, self.operation_pages.put_back)

    # ----------------------------------------------------------------------------------------------------- the guards
    def _page(self, event: Event, page: ToPage, admits: Admits = admission.administrator) -> Reply:
        session = self.sessions.current(event)
        if session is None:
            query = f"?{event['rawQueryString']}" if event["rawQueryString"] else ""
            return frame.see_other(f"{_LOGIN}?next={quote(event['rawPath'] + query, safe='/')}")
        admission.check(admits, event, session.member)
        return page(self._visit(event, session, {}))

    def _form(self, event: Event, action: ToPage, admits: Admits = admission.administrator) -> Reply:
        """A form is only for the session that it was given to."""
        session = self.sessions.current(event)
        if session is None:
            return frame.see_other(_LOGIN)
        admission.check(admits, event, session.member)
        fields = forms.read(event)
        self.sessions.check_form(event, fields, session)
        return action(self._visit(event, session, fields))

    def _visit(self, event: Event, session: Session, fields: Any) -> Visit:
        base = public_url(event, self.public_url)

        def connect(provider: Provider) -> str:
            """A member's ends in a new session: the former one was that of the former connection."""
            if session.member is None:
                return login_address(base, provider)
            page = f"{_HOME}/accounts/{session.member.account}"
            return console_address(base, provider, self.sessions.began(session.id, page))

        return Visit(event, session, visits.zone(event), self.clock(), base, fields, connect)


def refusal(error: SignpostError) -> Reply:
    """A page that says what to do."""
    title = "That did not work"
    if isinstance(error, NotFound):
        title = "Not found"
    if isinstance(error, NotYours):
        title = "Not yours to see"
    if isinstance(error, Unavailable):
        title = "No answer"
    page = frame.show_outside("console/message.html", title, {"message": str(error)}, error.status)
    page["headers"] |= retry_after(error)
    return page


def _set_zone(visit: Visit) -> Reply:
    chosen = visits.known_zone(visit.fields.get("zone", ""))
    if chosen is None:
        raise InvalidField("Choose a zone from the list.")
    year = 365 * 86_400
    cookie = f"{visits.ZONE_COOKIE}={chosen.key}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={year}"
    return frame.see_other(f"{_HOME}?done=zone", cookie)


def _inside(address: str) -> str:
    """The address if it is a page of the console, else the overview: a log-in must not lead to another site."""
    path = address.partition("?")[0]
    is_ours = any(path == each or path.startswith(f"{each}/") for each in _INSIDE)
    is_plain = address.isascii() and address.isprintable() and "\\" not in address and "//" not in path
    return address if is_ours and is_plain and path not in (_LOGIN, _MEMBERS) else _HOME
