"""A login from its start to the connected accounts. What it carries through Meta's dialog is in `login_state`."""

import secrets
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from signpost.instagram.connect import exchange, login_state
from signpost.instagram.connect.connections import AppReference
from signpost.instagram.connect.connector import Connected, Connector, SecondsLeft
from signpost.instagram.connect.login_state import LoginState
from signpost.instagram.connect.oauth import Dialog, check_return_to, dialog_address, read_callback
from signpost.instagram.connect.queries import (
    Visit,
    app_id_of,
    asks_again,
    callback_of,
    client_token,
    proof_of,
    provider_of,
    visit_of,
)
from signpost.instagram.products import Provider
from signpost.platform import cors
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import SignpostError
from signpost.platform.http import Event

if TYPE_CHECKING:
    from signpost.instagram.apps.connect_links import ConnectLinks
    from signpost.instagram.connect.store import ConnectStore
    from signpost.instagram.graph.client import Graph


class NotSetUp(SignpostError):
    code = "not_set_up"
    status = 503


class LoginUrls(NamedTuple):
    """`public_url`: this API's address, if it has a domain of its own. `return_hosts`: where a login may return to."""

    public_url: str
    return_hosts: Collection[str]

    def hosts(self, visit: Visit) -> Collection[str]:
        """With our own, which has a page for those who come from an e-mail."""
        return {urlsplit(visit.public_url).netloc, *self.return_hosts}

    @property
    def origins(self) -> Collection[str]:
        """Whose pages may read our replies."""
        return cors.of_hosts(self.return_hosts)


class Started(NamedTuple):
    """Where to send the browser, and what it has to keep meanwhile (a Set-Cookie value)."""

    dialog: str
    cookie: str


class ForClient(NamedTuple):
    connected: Connected
    app: AppReference | None


class Logins:
    """`graphs` and `keys` are called each time, because secrets change while functions run.

    `connector` is asked for when a login comes back: one that starts, which is what most cold starts are for, does
    without it and its clients of AWS.
    """

    def __init__(
        self,
        *,
        store: "ConnectStore",
        connector: Callable[[], Connector],
        graphs: "Callable[[Provider], Graph]",
        keys: Callable[[], tuple[bytes, ...]],
        links: "ConnectLinks",
        urls: LoginUrls,
        clock: Clock = system_clock,
    ) -> None:
        self.connector, self.urls = connector, urls
        self._store, self._graphs, self._keys, self._links, self._clock = store, graphs, keys, links, clock

    def visit(self, event: Event) -> Visit:
        return visit_of(event, self.urls.public_url)

    def start(self, visit: Visit) -> Started:
        """Raises `InvalidField` for what is not allowed, `ConnectLinkInvalid`, and `NotSetUp`."""
        query = visit.query
        configured = [each for each in Provider if self._graphs(each).app.app_id]
        provider = provider_of(query, configured)
        return_to = query.get("return_to", "")
        if return_to:
            check_return_to(return_to, self.urls.hosts(visit))
        app_id, callback = app_id_of(query, "app_id"), callback_of(visit.path, query)
        if provider not in configured:
            raise _not_set_up(provider)
        proof = self._checked_proof(query, app_id)
        browser = login_state.browser_name(visit.cookie, secrets.token_urlsafe(24))
        state = LoginState(
            secrets.token_urlsafe(16), provider, return_to, app_id, visit.public_url + callback, self._clock(), proof
        )
        signed = login_state.sign(state, browser, self._signing_keys())
        dialog = Dialog(provider, state.callback, signed, rerequest=asks_again(query))
        return Started(dialog_address(dialog, self._graphs(provider).settings), login_state.set_cookie(browser))

    def state(self, visit: Visit) -> LoginState:
        """The login that comes back. Raises `StateInvalid` unless it began here, recently, and in this browser."""
        signed = visit.query.get("state", "").split("#", 1)[0]
        return login_state.read(signed, visit.cookie or "", self._signing_keys(), self._clock())

    def finish(self, state: LoginState, visit: Visit, seconds_left: SecondsLeft) -> Connected:
        """Connect what the login reaches.

        Raises:
            LoginRefused: the person said no, or Meta did.
            LoginUsed: it came back before.
        """
        code = read_callback(visit.query)
        # Claimed before the code is used: otherwise two requests with the same login would race for it.
        self._store.claim(state, secrets.token_urlsafe(16))
        graph = self._graphs(state.provider)
        login = exchange.by_code(graph, code, state.callback, self._clock)
        return self.connector().connect(
            graph, login, _app_of(state), mobile=not state.return_to, seconds_left=seconds_left
        )

    def from_client(self, visit: Visit, seconds_left: SecondsLeft) -> ForClient:
        """Connect what a page's token reaches, or a dialog that came back to where pages call."""
        given = client_token(visit.query)
        if given:
            proof = self._checked_proof(visit.query, given.app.app_id if given.app else "")
            app = given.app and given.app._replace(is_owners=bool(proof))
            return ForClient(self._by_token(given.token, app, seconds_left), app)
        state = self.state(visit)
        return ForClient(self.finish(state, visit, seconds_left), _app_of(state))

    def _by_token(self, token: str, app: AppReference | None, seconds_left: SecondsLeft) -> Connected:
        graph = self._graphs(Provider.FACEBOOK)
        if not graph.app.app_id:
            raise _not_set_up(Provider.FACEBOOK)
        login = exchange.by_token(graph, token, self._clock)
        return self.connector().connect(graph, login, app, seconds_left=seconds_left)

    def _checked_proof(self, query: Mapping[str, str], app_id: str) -> str:
        proof = proof_of(query, app_id)
        if proof:
            self._links.check(app_id, proof)
        return proof

    def _signing_keys(self) -> tuple[bytes, ...]:
        keys = self._keys()
        if not keys:
            raise NotSetUp("Logins are not set up here: the key that signs them is missing.")
        return keys


def _app_of(state: LoginState) -> AppReference | None:
    """The app that the login is for."""
    return AppReference(state.app_id, is_owners=bool(state.connect)) if state.app_id else None


def _not_set_up(provider: Provider) -> NotSetUp:
    return NotSetUp(f"Logins with {provider.value} are not set up here.")
