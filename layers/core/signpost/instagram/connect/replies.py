"""Replies of the login routes: redirects, JSON for programs, pages for people."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlencode

from signpost.instagram.apps.connect_links import PARAMETER, ConnectLinkInvalid
from signpost.instagram.connect import login_state
from signpost.instagram.connect.connector import Connected
from signpost.instagram.connect.login_state import LoginState, StateInvalid
from signpost.instagram.connect.oauth import UserDenied, returned
from signpost.instagram.connect.queries import (
    JSON_PATHS,
    MOBILE_PATH,
    START_PATH,
    ProviderMissing,
    start_address,
    visit_of,
)
from signpost.instagram.error_reply import error_body
from signpost.instagram.graph.errors import MetaError
from signpost.instagram.products import Provider
from signpost.instagram.scopes import ScopeMissing
from signpost.platform import cors
from signpost.platform.errors import SignpostError
from signpost.platform.http import Event, Reply, header, json_reply, redirect
from signpost.platform.pages import Button, Page, page_reply, prefers_html

# Addresses and replies of a login hold codes and tokens: nobody may store them or pass them on.
_PRIVATE: Final = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}
_TITLES: Final = {
    "provider_missing": "Connect Instagram",
    "user_denied": "Nothing was connected",
    "scope_missing": "A permission is missing",
    "no_page": "No Facebook Page",
    "no_instagram_account": "No Instagram account",
    "connect_link_invalid": "This link does not work",
    "connect_link_expired": "This link has expired",
}
_FAILED: Final = "Instagram could not be connected"


def to_dialog(dialog: str, cookie: str) -> Reply:
    return redirect(302, dialog, _PRIVATE) | {"cookies": [cookie]}


def to_client(connected: Connected, return_to: str, event: Event) -> Reply:
    """Back to the page that asked, or to where the mobile client reads its token.

    People whose account has yet to be accepted are told so first.
    """
    if return_to and connected.is_pending:
        back = returned(return_to, "Pending")
        return _pending_page(back) if prefers_html(header(event, "accept")) else redirect(302, back, _PRIVATE)
    if return_to:
        return redirect(302, returned(return_to), _PRIVATE)
    install = connected.installs[0]
    fields = {
        "smaxx-id": install.instagram_business_account_id,
        "smaxx-token": connected.app_token or "",
        "smaxx-name": install.instagram_account,
        "smaxx-pic": install.profile_picture_url or "",
    }
    return redirect(302, f"{MOBILE_PATH}?{urlencode(fields)}", _PRIVATE)


def connected_page() -> Reply:
    """For those who have no page of their own to go back to, such as the readers of our e-mails."""
    return page_reply(200, Page("Connected", "Your Instagram account is connected. You can close this page."))


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


def refusal(event: Event, error: SignpostError, origins: Collection[str], state: LoginState | None = None) -> Reply:
    """A page for a browser, else JSON. `state`: that of the login, so that the page leads back to the same dialog."""
    if event["rawPath"] in JSON_PATHS:
        return _completed(public_json(error.status, error_body(error), event, origins), error)
    if not prefers_html(header(event, "accept")) or event["rawPath"] == MOBILE_PATH:
        return _completed(private_json(error.status, error_body(error)), error)
    if isinstance(error, StateInvalid):
        state = error.state
    again = start_address(state, rerequest=isinstance(error, ScopeMissing)) if state else START_PATH
    # To a person, a parameter that is missing is a question.
    message = "How do you log in?" if isinstance(error, ProviderMissing) else str(error)
    page = Page(_TITLES.get(error.code, _FAILED), message, _buttons(event, error, again))
    return _completed(page_reply(error.status, page), error)


def _completed(answer: Reply, error: SignpostError) -> Reply:
    if isinstance(error, MetaError) and error.retry_after:
        answer["headers"]["retry-after"] = str(error.retry_after)
    if isinstance(error, UserDenied):
        answer["cookies"] = [login_state.clear_cookie()]
    return answer


def _buttons(event: Event, error: SignpostError, again: str) -> tuple[Button, ...]:
    query = visit_of(event).query
    if isinstance(error, ConnectLinkInvalid):
        unproven = urlencode({name: value for name, value in query.items() if name != PARAMETER})
        return (Button("Connect and ask to be accepted", f"{event['rawPath']}?{unproven}"),)
    if not isinstance(error, ProviderMissing):
        return (Button("Try again", again),)
    kept = {name: value for name, value in query.items() if name in {"return_to", "app_id", "callback", PARAMETER}}
    return tuple(
        Button(f"With {each.value.title()}", f"{event['rawPath']}?{urlencode({'provider': each.value, **kept})}")
        for each in Provider
    )
