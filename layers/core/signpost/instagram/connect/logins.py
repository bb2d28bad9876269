"""A login from its start to the connected accounts. What it carries through Meta's dialog is in `login_state`."""

import secrets
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from signpost.instagram.connect import exchange, login_state
from signpost.instagram.connect.connections import AppReference
from signpost.instagram.connect.connector import Connect, Connected
from signpost.instagram.connect.login_state import LoginState
from signpost.instagram.connect.oauth import Dialog, check_return_to, dialog_address, read_callback
from signpost.instagram.connect.queries import app_id_of, asks_again, callback_of, client_token, provider_of
from signpost.instagram.connect.store import ConnectStore
from signpost.instagram.graph.client import Graph
from signpost.instagram.products import Provider
from signpost.platform.clock import Clock, system_clock
from signpost.platform.errors import SignpostError

Query = Mapping[str, str]
HasTime = Callable[[], bool]


class NotSetUp(SignpostError):
    code = "not_set_up"
    status = 503


class LoginUrls(NamedTuple):
    """`public_url`: where people reach this API. `return_hosts`: where a login may return to."""

    public_url: str
    return_hosts: Collection[str]

    @property
    def hosts(self) -> Collection[str]:
        """With our own, which has a page for those who come from an e-mail."""
        return {urlsplit(self.public_url).netloc, *self.return_hosts}


class Started(NamedTuple):
    """Where to send the browser, and what it has to keep meanwhile (a Set-Cookie value)."""

    dialog: str
    cookie: str


class ForClient(NamedTuple):
    connected: Connected
    purpose: AppReference | None


class Logins:
    """`graph` and `keys` are asked anew each time: secrets change while functions run."""

    def __init__(
        self,
        store: ConnectStore,
        connect: Connect,
        graph: Callable[[Provider], Graph],
        keys: Callable[[], tuple[bytes, ...]],
        site: LoginUrls,
        *,
        clock: Clock = system_clock,
    ) -> None:
        self._store, self._connect, self._graph = store, connect, graph
        self._keys, self._site, self._clock = keys, site, clock

    def start(self, path: str, query: Query, cookie: str | None) -> Started:
        """Raises `InvalidField` for what is not allowed, and `NotSetUp`."""
        configured = [each for each in Provider if self._graph(each).app.app_id]
        provider = provider_of(query, configured)
        return_to = query.get("return_to", "")
        if return_to:
            check_return_to(return_to, self._site.hosts)
        app_id, callback = app_id_of(query, "app_id"), callback_of(path, query)
        if provider not in configured:
            raise _not_set_up(provider)
        browser = login_state.browser_name(cookie, secrets.token_urlsafe(24))
        state = LoginState(secrets.token_urlsafe(16), provider, return_to, app_id, self._clock())
        signed = login_state.sign(state, browser, self._signing_keys())
        dialog = Dialog(provider, self._site.public_url + callback, signed, rerequest=asks_again(query))
        return Started(dialog_address(dialog, self._graph(provider).settings), login_state.set_cookie(browser))

    def state(self, query: Query, cookie: str | None) -> LoginState:
        """Whose login comes back. Raises `StateInvalid` unless it began here, lately, and in this browser."""
        signed = query.get("state", "").split("#", 1)[0]
        return login_state.read(signed, cookie or "", self._signing_keys(), self._clock())

    def finish(self, state: LoginState, path: str, query: Query, has_time: HasTime) -> Connected:
        """Connect what the login reaches; `path` is where it came back to.

        Raises:
            LoginRefused: the person said no, or Meta did.
            LoginUsed: it came back before.
        """
        code = read_callback(query).code
        # Claimed before the code is used: else two requests with the same login would race for it.
        self._store.claim(state, secrets.token_urlsafe(16))
        graph = self._graph(state.provider)
        login = exchange.by_code(graph, code, self._site.public_url + path, self._clock)
        return self._connect.connect(graph, login, purpose_of(state), mobile=not state.return_to, has_time=has_time)

    def from_client(self, path: str, query: Query, cookie: str | None, has_time: HasTime) -> ForClient:
        """Connect what a page's token reaches, or a dialog that came back to where pages call."""
        given = client_token(query)
        if given:
            return ForClient(self._by_token(given.token, given.purpose, has_time), given.purpose)
        state = self.state(query, cookie)
        return ForClient(self.finish(state, path, query, has_time), purpose_of(state))

    def _by_token(self, token: str, purpose: AppReference | None, has_time: HasTime) -> Connected:
        graph = self._graph(Provider.FACEBOOK)
        if not graph.app.app_id:
            raise _not_set_up(Provider.FACEBOOK)
        login = exchange.by_token(graph, token, self._clock)
        return self._connect.connect(graph, login, purpose, has_time=has_time)

    def _signing_keys(self) -> tuple[bytes, ...]:
        keys = self._keys()
        if not keys:
            raise NotSetUp("Logins are not set up here: the key that signs them is missing.")
        return keys


def purpose_of(state: LoginState) -> AppReference | None:
    """The app that the login is for."""
    return AppReference(state.app_id) if state.app_id else None


def _not_set_up(provider: Provider) -> NotSetUp:
    return NotSetUp(f"Logins with {provider.value} are not set up here.")
