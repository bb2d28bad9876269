"""Replies of the login routes: redirects, JSON for programs, pages for people."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from signpost.instagram import hand_overs
from signpost.instagram.apps.connect_links import PARAMETER, ConnectLinkInvalid
from signpost.instagram.connect import login_state, receipt
from signpost.instagram.connect.login_state import LoginState, StateInvalid
from signpost.instagram.connect.oauth import UserDenied, returned
from signpost.instagram.connect.queries import (
    JSON_PATHS,
    MOBILE_PATH,
    START_PATH,
    START_PATHS,
    NotSetUp,
    ProviderMissing,
    Visit,
    is_own_page,
    start_address,
)
from signpost.instagram.error_reply import error_body
from signpost.instagram.products import Provider
from signpost.instagram.scopes import ScopeMissing
from signpost.platform import cors
from signpost.platform.errors import SignpostError
from signpost.platform.http import Event, Reply, header, json_reply, redirect, retry_after
from signpost.platform.pages import Button, Page, page_reply, prefers_html

if TYPE_CHECKING:
    from signpost.instagram.connect.logins import Finished

# Addresses and replies of a login contain codes and tokens: nobody may store them or pass them on.
_PRIVATE: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}
_TITLES: Final = {
    "user_denied": "Nothing was connected",
    "scope_missing": "A permission is missing",
    "too_many_requests": "Please wait a moment",
    "instagram_throttled": "Please try later",
    "no_page": "No Facebook Page",
    "no_instagram_account": "No Instagram account",
    "connect_link_invalid": "This link does not work",
    "connect_link_expired": "This link has expired",
}
_FAILED: Final = "Instagram could not be connected"
_PASSING: Final = (429, 500, 503)  # the same request may succeed later
_NOTHING_TO_CONFIRM: Final = Page(
    "Nothing to confirm",
    "This page tells you that an account is connected, right after you connected it in this browser. "
    "To connect one, use the link on your website or in our e-mail.",
)


def to_dialog(dialog: str, cookie: str) -> Reply:
    return redirect(302, dialog, _PRIVATE) | {"cookies": [cookie]}


def to_client(done: "Finished", event: Event) -> Reply:
    """Back to the page that asked, or to where the mobile client reads its token.

    People whose account has yet to be accepted first see a page that says so.
    """
    if done.return_to:
        return _to_page(done, event) | ({"cookies": [done.cookie]} if done.cookie else {})
    install = done.connected.installs[0]
    fields = {
        "smaxx-id": install.instagram_business_account_id,
        "smaxx-token": done.connected.app_token or "",
        "smaxx-name": install.instagram_account,
        "smaxx-pic": install.profile_picture_url or "",
    }
    return redirect(302, f"{MOBILE_PATH}?{urlencode(fields)}", _PRIVATE)


def _to_page(done: "Finished", event: Event) -> Reply:
    if not done.connected.is_pending:
        return redirect(302, returned(done.return_to), _PRIVATE)
    back = returned(done.return_to, "Pending")
    return _pending_page(back) if prefers_html(header(event, "accept")) else redirect(302, back, _PRIVATE)


def connected_page(accounts: Sequence[str]) -> Reply:
    """For people without a page to return to, such as readers of our e-mails.

    Without `accounts`, this browser has not just connected any.
    """
    if not accounts:
        return page_reply(200, _NOTHING_TO_CONFIRM)
    *others, last = (f"@{name}" for name in accounts)
    who = f"{', '.join(others)} and {last} are" if others else f"{last} is"
    return page_reply(200, Page("Connected", f"{who} connected. You can close this page."))


def _pending_page(back: str) -> Reply:
    message = (
        "Your Instagram account is connected. Its posts appear in this app once the app's owner has accepted it: "
        "please tell them that you are waiting."
    )
    return page_reply(200, Page("Waiting to be accepted", message, (Button("Go on", back),)))


def private_json(status: int, body: object) -> Reply:
    return json_reply(status, body, _PRIVATE)


def public_json(status: int, body: object, event: Event, origins: Collection[str]) -> Reply:
    """JSON that pages of these origins may read."""
    return json_reply(status, body, {**_PRIVATE, **cors.headers(header(event, "origin"), origins)})


def refusal(
    event: Event, visit: Visit, error: SignpostError, origins: Collection[str], state: LoginState | None
) -> Reply:
    """A page for a browser, otherwise JSON. `state`: the login's, so that the page leads back to the same dialog."""
    if visit.path in JSON_PATHS:
        return _completed(public_json(error.status, error_body(error), event, origins), error)
    if not prefers_html(header(event, "accept")) or visit.path == MOBILE_PATH:
        return _completed(private_json(error.status, error_body(error)), error)
    if isinstance(error, ProviderMissing):
        return _question(visit)
    buttons = _to_start(visit, error) if visit.path in START_PATHS else _after_dialog(visit, error, state)
    message = str(error)
    if not buttons:
        message += " Tell the website that sent you here that its link does not work."
    return _completed(page_reply(error.status, Page(_TITLES.get(error.code, _FAILED), message, buttons)), error)


def _question(visit: Visit) -> Reply:
    """For a person, a missing parameter is nothing wrong: there is something to choose."""
    buttons = tuple(_with(visit, each) for each in Provider)
    return page_reply(200, Page("Connect Instagram", "How do you log in?", buttons))


def _completed(answer: Reply, error: SignpostError) -> Reply:
    answer["headers"].update(retry_after(error))
    if isinstance(error, UserDenied):
        answer["cookies"] = [login_state.clear_cookie()]
    return answer


def _to_start(visit: Visit, error: SignpostError) -> tuple[Button, ...]:
    """Links for a login that did not start. A wrong link stays wrong, so it is not offered again."""
    if isinstance(error, NotSetUp):
        return (_with(visit, error.instead),) if error.instead else ()
    if isinstance(error, ConnectLinkInvalid):
        unproven = urlencode({name: value for name, value in visit.query.items() if name != PARAMETER})
        return (Button("Connect and ask to be accepted", f"{visit.path}?{unproven}"),)
    if error.status in _PASSING:
        return (Button("Try again", f"{visit.path}?{urlencode(visit.query)}"),)
    return ()


def _with(visit: Visit, provider: Provider) -> Button:
    query = {"provider": provider.value, **{name: value for name, value in visit.query.items() if name != "provider"}}
    return Button(f"With {provider.value.title()}", f"{visit.path}?{urlencode(query)}")


def _after_dialog(visit: Visit, error: SignpostError, state: LoginState | None) -> tuple[Button, ...]:
    """Links for a login that has come back: to the same dialog, and to the page that asked for it."""
    if isinstance(error, StateInvalid):
        state = error.state
    if state is None:  # its start is unknown; without `return_to`, it would end as a mobile client's
        query = {"return_to": f"{visit.public_url}{receipt.PATH}"}
        return (Button("Start again", f"{START_PATH}?{urlencode(query)}"),)
    again = Button("Try again", start_address(state, rerequest=isinstance(error, ScopeMissing)))
    if not state.return_to or is_own_page(state.return_to, visit) or isinstance(error, StateInvalid):
        return (again,)
    back = returned(state.return_to, error=error.code)
    is_console = is_own_page(state.return_to, visit, hand_overs.PATH)
    return (again, Button("Back to the console" if is_console else f"Back to {urlsplit(back).hostname}", back))
