"""A login from its start to the connected accounts. `login_state` is what it carries through Meta's dialog."""

import secrets
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from signpost.instagram import hand_overs
from signpost.instagram.connect import exchange, login_state, receipt
from signpost.instagram.connect.connections import AppReference
from signpost.instagram.connect.connector import Connected, Connector, SecondsLeft
from signpost.instagram.connect.login_state import LoginState
from signpost.instagram.connect.oauth import Dialog, check_return_to, dialog_address, read_callback
from signpost.instagram.connect.queries import (
    ClientToken,
    NotSetUp,
    Visit,
    app_id_of,
    asks_again,
    callback_of,
    client_token,
    is_own_page,
    proof_of,
    provider_of,
    switches_account,
    visit_of,
)
from signpost.instagram.products import Provider
from signpost.platform import cors
from signpost.platform.clock import Clock, system_clock
from signpost.platform.http import Event

if TYPE_CHECKING:
    from signpost.instagram.apps.connect_links import ConnectLinks
    from signpost.instagram.connect.admission import Admission
    from signpost.instagram.connect.store import ConnectStore
    from signpost.instagram.graph.client import Graph


class LoginUrls(NamedTuple):
    """`public_url`: this API's address, if it has a domain of its own. `return_hosts`: where a login may return to."""

    public_url: str
    return_hosts: Collection[str]

    def hosts(self, visit: Visit) -> Collection[str]:
        """Including our own, which has a page for people who come from an e-mail."""
        return {urlsplit(visit.public_url).netloc, *self.return_hosts}

    @property
    def origins(self) -> Collection[str]:
        """Whose pages may read our replies."""
        return cors.of_hosts(self.return_hosts)


class Started(NamedTuple):
    """Where to redirect the browser, and a cookie to keep meanwhile (a Set-Cookie value)."""

    dialog: str
    cookie: str


class Finished(NamedTuple):
    """What was connected, for which app, and where to go now; nowhere for a mobile client.

    `cookie`: so that our own page, or the console, recognises those who return to it (a Set-Cookie value).
    """

    connected: Connected
    return_to: str = ""
    cookie: str | None = None
    app: AppReference | None = None


class Logins:
    """`graphs` and `keys` are called each time, because secrets change while functions run.

    `connector` is called when a login comes back. Most cold starts are for the start of a login, which needs neither it
    nor its AWS clients.
    """

    def __init__(
        self,
        *,
        store: "ConnectStore",
        connector: Callable[[], Connector],
        admission: "Admission",
        graphs: "Callable[[Provider], Graph]",
        keys: Callable[[], tuple[bytes, ...]],
        links: "ConnectLinks",
        urls: LoginUrls,
        clock: Clock = system_clock,
    ) -> None:
        self.connector, self.urls = connector, urls
        self._store, self._admission, self._graphs = store, admission, graphs
        self._keys, self._links, self._clock = keys, links, clock

    def visit(self, event: Event) -> Visit:
        return visit_of(event, self.urls.public_url)

    def start(self, visit: Visit) -> Started:
        """Raises `InvalidField` for a wrong parameter, `NotSetUp`, `ConnectLinkInvalid`, and what `Admission` does."""
        query = visit.query
        configured = [each for each in Provider if self._graphs(each).app.app_id]
        provider = provider_of(query, configured)
        return_to = query.get("return_to", "")
        if return_to:
            check_return_to(return_to, self.urls.hosts(visit))
        app_id, callback = app_id_of(query, "app_id"), callback_of(visit.path, query)
        if provider not in configured:
            raise _not_set_up(provider, configured)
        keys = self._signing_keys()
        self._admission.start(visit.sender, provider)
        proof = self._checked_proof(query, app_id)
        browser = login_state.browser_name(visit.cookie, secrets.token_urlsafe(24))
        state = LoginState(
            secrets.token_urlsafe(16),
            provider,
            return_to,
            app_id,
            visit.public_url + callback,
            self._clock(),
            switches_account(query),
            proof,
        )
        dialog = Dialog(
            provider,
            state.callback,
            login_state.sign(state, browser, keys),
            rerequest=asks_again(query),
            switch_account=state.switch_account,
        )
        return Started(dialog_address(dialog, self._graphs(provider).settings), login_state.set_cookie(browser))

    def began(self, visit: Visit) -> LoginState | None:
        """The login that comes back, if it began here, recently, and in this browser: for an error's page."""
        try:
            return self._state(visit)
        except Exception:  # noqa: BLE001  (it may be that very error)
            return None

    def _state(self, visit: Visit) -> LoginState:
        """Raises `StateInvalid`, `NotSetUp` or `Unavailable`."""
        signed = visit.query.get("state", "").split("#", 1)[0]
        return login_state.read(signed, visit.cookie or "", self._signing_keys(), self._clock())

    def finish(self, visit: Visit, seconds_left: SecondsLeft) -> Finished:
        """Connect the accounts of a login that comes back.

        Raises:
            StateInvalid: it did not begin here, recently, and in this browser.
            LoginRefused: the person or Meta refused.
            LoginUsed: it came back before.
            TooManyRequests, Throttled: no call was made, and the login may come back later.
        """
        state = self._state(visit)
        code = read_callback(visit.query)
        self._admission.finish(visit.sender, state.provider)
        # Claimed before the code is used: otherwise two requests with the same login would race for it.
        self._store.claim(state, secrets.token_urlsafe(16))
        graph = self._graphs(state.provider)
        with self._admission.calls(visit.sender, state.provider):
            login = exchange.by_code(graph, code, state.callback, self._clock)
        connected = self.connector().connect(
            graph, login, _app_of(state), mobile=not state.return_to, seconds_left=seconds_left
        )
        return Finished(connected, state.return_to, self._receipt(state, visit, connected), _app_of(state))

    def just_connected(self, visit: Visit) -> tuple[str, ...]:
        """The accounts that this browser has just connected."""
        return receipt.accounts(visit.receipt or "", self._keys(), self._clock())

    def from_client(self, visit: Visit, seconds_left: SecondsLeft) -> Finished:
        """Connect the accounts of a page's token, or of a dialog that returned to the route for pages."""
        given = client_token(visit.query)
        return self._by_token(given, visit, seconds_left) if given else self.finish(visit, seconds_left)

    def _by_token(self, given: ClientToken, visit: Visit, seconds_left: SecondsLeft) -> Finished:
        graph = self._graphs(Provider.FACEBOOK)
        if not graph.app.app_id:
            raise _not_set_up(Provider.FACEBOOK)
        self._admission.finish(visit.sender, Provider.FACEBOOK)
        proof = self._checked_proof(visit.query, given.app.app_id if given.app else "")
        app = given.app and given.app._replace(is_owners=bool(proof))
        with self._admission.calls(visit.sender, Provider.FACEBOOK):
            login = exchange.by_token(graph, given.token, self._clock)
        connected = self.connector().connect(graph, login, app, seconds_left=seconds_left)
        return Finished(connected, app=app)

    def _receipt(self, state: LoginState, visit: Visit, connected: Connected) -> str | None:
        """Only for our own pages: others learn it from `returned`."""
        if is_own_page(state.return_to, visit, hand_overs.PATH):
            return hand_overs.set_cookie(state.id, connected.installs, self._signing_keys(), self._clock())
        if not is_own_page(state.return_to, visit):
            return None
        names = [install.instagram_account for install in connected.installs]
        return receipt.set_cookie(names, self._signing_keys(), self._clock())

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


def _not_set_up(provider: Provider, configured: Collection[Provider] = ()) -> NotSetUp:
    return NotSetUp(f"Logins with {provider.value.title()} are not set up here.", next(iter(configured), None))
